"""LEC (Graham-Kinney): D = L * E * C, likelihood, exposure and consequence, each from its own short list of values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from layers.constants.model import Constants
from layers.grading.answer import Floats, Graded, ManyGraded, NotGradable, floats
from layers.grading.words import outcome, written_once
from layers.model import Text

METHOD = SET = "lec"


def grade_many(
    likelihood: ArrayLike, exposure: ArrayLike, consequence: ArrayLike, constants: Constants
) -> ManyGraded:
    """Grade by D = L * E * C (dimensionless); a factor that is missing or not in its list gives no grade."""
    factors = [floats(likelihood), floats(exposure), floats(consequence)]
    allowed = [constants.numbers(f"{SET}.{letter}_values") for letter in "lec"]
    usable = np.all([_among(f, a) for f, a in zip(factors, allowed, strict=True)], axis=0)
    d = np.where(usable, factors[0] * factors[1] * factors[2], np.nan)
    colour = constants.steps(f"{SET}.cutoffs").many(d)
    zh, en = written_once(_sentence, *factors, d, colour)
    return ManyGraded(colour, zh, en, constants.set(SET), {"d": d})


def grade(
    likelihood: float | None, exposure: float | None, consequence: float | None, constants: Constants
) -> Graded:
    """Grade one hazard.

    Raises:
        NotGradable: a factor is missing or not one of its values (``missing_l``, ``bad_l`` and so on).
    """
    given = {"l": likelihood, "e": exposure, "c": consequence}
    for letter, value in given.items():
        _check(letter, value, constants.numbers(f"{SET}.{letter}_values"))
    first, second, third = (np.array([value], dtype=np.float64) for value in given.values())
    many = grade_many(first, second, third, constants)
    return many.one(METHOD, given)


def _sentence(x: float, y: float, z: float, d: float, colour: float) -> Text:
    return outcome(f"L×E×C = {x:g}×{y:g}×{z:g} = {d:g}", f"L x E x C = {x:g} x {y:g} x {z:g} = {d:g}", colour)


def _among(values: Floats, allowed: Sequence[float]) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.isclose(values[..., None], np.array(allowed), rtol=1e-9, atol=0).any(axis=-1)
    return near


def _check(letter: str, value: float | None, allowed: Sequence[float]) -> None:
    listed = ", ".join(f"{one:g}" for one in allowed)
    name = letter.upper()
    if value is None:
        raise NotGradable(
            f"缺 {name}，不予分级", f"{name} is missing, not gradable", code=f"missing_{letter}"
        )
    if not _among(floats([value]), allowed)[0]:
        raise NotGradable(
            f"{name} = {value!r} 不是可取的值（{listed}）",
            f"{name} = {value!r} is not one of {listed}",
            code=f"bad_{letter}",
        )
