"""Grades of objects from what their file says: method, cut-off set, figures and the reason go with each grade.

Every method whose inputs a row has is run; the worst result decides (就高), and the reason names all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.constants.model import Constants
from layers.grading import firm, gb18218, lec, ls, park
from layers.grading.answer import Floats, ManyGraded, NotGradable
from layers.grading.inventory import Item, Substances, parse_inventory
from layers.model import Text

INPUTS = (
    "inventory", "residents_500m", "lec_l", "lec_e", "lec_c", "ls_l", "ls_s", "industry", "firm_score", "red_line",
)  # fmt: skip
COMPUTED = (
    "grade", "grade_reason", "grade_reason_en", "gb18218_grade", "s_value", "r_value", "grade_method", "grade_cutoffs",
)  # fmt: skip
PARK_INPUTS = ("score",)
PARK_COMPUTED = ("grade", "park_class", "grade_reason", "grade_reason_en", "grade_method", "grade_cutoffs")
Objects = NDArray[np.object_]
NOTHING = Text("没有评定资料，未评定", "nothing to grade by, not graded")


@dataclass(frozen=True)
class Run:
    """One method over the rows (positions) that have its inputs."""

    method: str
    rows: NDArray[np.int_]
    found: ManyGraded


def grade_hazards(frame: pd.DataFrame, constants: Constants) -> pd.DataFrame:
    """Fill the computed fields of hazard sources; what cannot be graded stays None and says why."""
    out = {name: np.full(len(frame), None, dtype=object) for name in COMPUTED}
    out["grade_reason"][:], out["grade_reason_en"][:] = NOTHING.zh, NOTHING.en
    worst = np.full(len(frame), np.inf)
    seen = np.zeros(len(frame), dtype=np.bool_)
    for run in _runs(frame, constants):
        colour = np.nan_to_num(run.found.grade, nan=np.inf)
        decides = (colour < worst[run.rows]) | ~seen[run.rows]
        _tell(out, run, decides, seen[run.rows])
        worst[run.rows] = np.minimum(worst[run.rows], colour)
        seen[run.rows] = True
    out["grade"] = _whole(np.where(np.isinf(worst), np.nan, worst))
    for name in COMPUTED:
        frame[name] = pd.Series(out[name], index=frame.index, dtype=object)
    return frame


def grade_parks(frame: pd.DataFrame, constants: Constants) -> pd.DataFrame:
    """Fill the computed fields of chemical parks."""
    scores = _numbers(frame, "score")
    found = park.grade_many(scores, constants)
    given = ~np.isnan(scores)
    classes = [None if np.isnan(n) else park.CLASSES[int(n) - 1] for n in found.figures["class"]]
    values = {
        "grade": _whole(found.grade),
        "park_class": classes,
        "grade_reason": np.where(given, found.zh, NOTHING.zh),
        "grade_reason_en": np.where(given, found.en, NOTHING.en),
        "grade_method": [park.METHOD if one else None for one in given],
        "grade_cutoffs": [str(found.cutoffs) if one else None for one in given],
    }
    for name, column in values.items():
        frame[name] = pd.Series(column, index=frame.index, dtype=object)
    return frame


def _runs(frame: pd.DataFrame, constants: Constants) -> Iterator[Run]:
    yield _installations(frame, constants)
    rows = np.flatnonzero(frame[["lec_l", "lec_e", "lec_c"]].notna().any(axis=1))
    part = frame.iloc[rows]
    factors = (_numbers(part, "lec_l"), _numbers(part, "lec_e"), _numbers(part, "lec_c"))
    yield Run(lec.METHOD, rows, lec.grade_many(*factors, constants))
    by_ls = frame[["ls_l", "ls_s"]].notna().any(axis=1).to_numpy()
    industries = frame["industry"].astype(object).where(frame["industry"].notna(), "")
    sets = industries.map({one: ls.cutoffs_of(one, constants) for one in industries.unique()}).to_numpy()
    for cutoffs in sorted(set(sets[by_ls])):
        rows = np.flatnonzero(by_ls & (sets == cutoffs))
        part = frame.iloc[rows]
        yield Run(
            ls.METHOD, rows, ls.grade_many(_numbers(part, "ls_l"), _numbers(part, "ls_s"), cutoffs, constants)
        )
    red = frame["red_line"].eq(True).to_numpy()
    rows = np.flatnonzero(frame["firm_score"].notna().to_numpy() | red)
    scores = _numbers(frame.iloc[rows], "firm_score")
    yield Run(firm.METHOD, rows, firm.grade_many(scores, red[rows], constants))


def _installations(frame: pd.DataFrame, constants: Constants) -> Run:
    rows = np.flatnonzero(frame["inventory"].notna())
    part = frame.iloc[rows]
    substances = Substances.of(constants)
    read: dict[str, list[Item] | NotGradable] = {}
    texts = [str(text) for text in part["inventory"]]
    for text in dict.fromkeys(texts):
        try:
            read[text] = parse_inventory(text, substances)
        except NotGradable as error:
            read[text] = error
    items = [one if isinstance(one, list) else [] for one in map(read.__getitem__, texts)]
    found = gb18218.grade_many(items, _numbers(part, "residents_500m"), constants)
    for at, text in enumerate(texts):
        why = read[text]
        if isinstance(why, NotGradable):
            found.zh[at], found.en[at] = f"未评定：{why.zh}", f"not graded: {why.en}"
    return Run(gb18218.METHOD, rows, found)


def _tell(out: dict[str, Objects], run: Run, decides: NDArray[np.bool_], seen: NDArray[np.bool_]) -> None:
    """Write a run into the columns: the deciding method first in the reason, the others after it."""
    for name, said, joint in (
        ("grade_reason", run.found.zh, "；另："),
        ("grade_reason_en", run.found.en, "; also: "),
    ):
        column = out[name]
        before = column[run.rows]
        joined = np.where(decides, said + joint + before, before + joint + said) if seen.any() else said
        column[run.rows] = np.where(seen, joined, said)
    first = run.rows[decides]
    out["grade_method"][first], out["grade_cutoffs"][first] = run.method, str(run.found.cutoffs)
    if run.method == gb18218.METHOD:
        out["gb18218_grade"][run.rows] = _whole(run.found.figures["gb18218_grade"])
        out["s_value"][run.rows] = _decimals(run.found.figures["s"])
        out["r_value"][run.rows] = _decimals(run.found.figures["r"])


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _whole(values: Floats) -> Objects:
    return _or_none(values, np.nan_to_num(values).astype(np.int64))


def _decimals(values: Floats) -> Objects:
    return _or_none(values, np.round(values, 4))


def _or_none(values: Floats, shown: NDArray[Any]) -> Objects:
    """Return numbers as Python has them, None where there is none."""
    known = ~np.isnan(values)
    found: Objects = np.full(len(values), None, dtype=object)
    found[known] = shown[known]
    return found
