"""Major hazard installations by GB 18218-2018: S, R and the grade.

S = sum(q / Q); S >= 1 makes an installation a major hazard (重大危险源).
R = alpha * sum(beta * q / Q); grade 1 R >= 100, 2 R >= 50, 3 R >= 10, else 4.
q: tonnes present; Q: threshold tonnes; alpha: by residents within 500 m outside the plant boundary; beta: by substance.
The colour of a grade is custom, not in the standard: the grade is always printed beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from layers.constants.model import Constants
from layers.grading.answer import Floats, Graded, ManyGraded, floats, number_or_refuse
from layers.grading.inventory import SET, Item
from layers.model import Text

METHOD = "gb18218"
RESIDENTS = Text("500 米内常住人口", "the number of residents within 500 m")


def alpha_many(residents: ArrayLike, constants: Constants) -> Floats:
    """Return alpha for numbers of residents within 500 m of the plant boundary (persons); NaN where not usable."""
    people = floats(residents)
    usable = (people >= 0) & (people <= constants.number("limits.residents"))
    return constants.steps(f"{SET}.alpha").many(np.where(usable, people, np.nan))


def grade_many(
    inventories: Sequence[Sequence[Item]], residents: ArrayLike, constants: Constants
) -> ManyGraded:
    """Grade installations from their checked inventories and residents within 500 m (persons).

    An installation with an empty inventory, or residents that are missing or absurd, has no grade. Figures: ``s``,
    ``r`` (dimensionless), ``alpha``, ``gb18218_grade`` (1 to 4, NaN below S = 1).
    """
    lengths = [len(items) for items in inventories]
    row = np.repeat(np.arange(len(lengths)), lengths)
    share = floats([item.tonnes / item.threshold_t for items in inventories for item in items])
    beta = floats([item.beta for items in inventories for item in items])
    alpha = alpha_many(residents, constants)
    has_any = floats(lengths) > 0
    s = np.where(has_any, np.bincount(row, share, len(lengths)), np.nan)
    r = alpha * np.bincount(row, beta * share, len(lengths))
    major = np.round(s, 9) >= constants.number(f"{SET}.major")
    level = np.where(major, constants.steps(f"{SET}.grades").many(r), np.nan)
    colours = floats([np.nan, *(constants.number(f"{SET}.colour.{n}") for n in (1, 2, 3, 4))])
    colour = colours[np.nan_to_num(level).astype(int)]
    said = [
        _sentence(items, *values)
        for items, *values in zip(
            inventories, s.tolist(), alpha.tolist(), r.tolist(), level.tolist(), strict=True
        )
    ]
    figures = {"s": s, "r": np.where(has_any, r, np.nan), "alpha": alpha, "gb18218_grade": level}
    zh, en = (np.array(one, dtype=object) for one in ([t.zh for t in said], [t.en for t in said]))
    return ManyGraded(colour, zh, en, constants.set(SET), figures)


def grade(items: Sequence[Item], residents_500m: int | None, constants: Constants) -> Graded:
    """Grade one installation from its inventory and residents within 500 m (persons). ``grade`` None means S < 1.

    Raises:
        NotGradable: residents missing, negative or absurd (``missing_residents``, ``bad_residents``).
    """
    most = constants.number("limits.residents")
    people = number_or_refuse(residents_500m, RESIDENTS, 0, most, "residents")
    inputs = {
        "inventory": [
            {
                "cas": i.cas,
                "class": i.kind,
                "name": i.name.as_json(),
                "tonnes": i.tonnes,
                "q": i.threshold_t,
                "beta": i.beta,
            }
            for i in items
        ],
        "residents_500m": int(people),
    }
    many = grade_many([items], [people], constants)
    level = many.figures["gb18218_grade"][0]
    label = None if np.isnan(level) else level_name(int(level))
    return many.one(METHOD, inputs, label)


def level_name(level: int) -> Text:
    """Return the grade of an installation in words; it is not a risk colour."""
    return Text(f"{level} 级重大危险源", f"major hazard installation, grade {level}")


def _sentence(items: Sequence[Item], s: float, alpha: float, r: float, level: float) -> Text:
    if not items:
        return Text("没有可用的物质清单，未评定", "no usable inventory, not graded")
    zh = "、".join(f"{i.name.zh} {i.tonnes:g} t" for i in items)
    en = ", ".join(f"{i.name.en} {i.tonnes:g} t" for i in items)
    if s < 1 and np.round(s, 9) < 1:
        return Text(f"{zh}；S = {s:.2f} < 1，不构成重大危险源", f"{en}; S = {s:.2f} < 1, not a major hazard")
    if np.isnan(alpha):
        return Text(
            f"{zh}；S = {s:.2f}，缺 500 米内常住人口，未评定",
            f"{en}; S = {s:.2f}, residents within 500 m missing, not graded",
        )
    return Text(
        f"{zh}；S = {s:.2f}，α = {alpha:g}，R = {r:.1f} → {level:g} 级重大危险源",
        f"{en}; S = {s:.2f}, alpha = {alpha:g}, R = {r:.1f} -> grade {level:g}",
    )
