"""Major hazard installations by GB 18218-2018: S, R and the grade.

S = sum(q / Q); S >= 1 makes an installation a major hazard (重大危险源).
R = alpha * sum(beta * q / Q); grade 1 R >= 100, 2 R >= 50, 3 R >= 10, else 4.
q: tonnes present; Q: threshold tonnes; alpha: by residents within 500 m; beta: by substance.
Only substances of the standard's named table are known here; Q and beta keyed by CAS number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from layers.errors import BadInput
from layers.model import Text

CUTOFFS = "GB18218-2018"
GRADE_FROM_R = ((100.0, 1), (50.0, 2), (10.0, 3))
ALPHA_FROM_RESIDENTS = ((100, 2.0), (50, 1.5), (30, 1.2), (1, 1.0), (0, 0.5))


@dataclass(frozen=True)
class Substance:
    """A named substance: threshold quantity Q in tonnes and correction factor beta (dimensionless)."""

    cas: str
    name: Text
    threshold_t: float
    beta: float


# Q: table 1 of the standard; beta: table 3 (named toxic gases), else table 4 by class.
SUBSTANCES = {
    s.cas: s
    for s in (
        Substance("7782-50-5", Text("氯", "chlorine"), 5, 4),
        Substance("7664-41-7", Text("氨", "ammonia"), 10, 2),
        Substance("75-44-5", Text("光气", "phosgene"), 0.3, 20),
        Substance("75-21-8", Text("环氧乙烷", "ethylene oxide"), 10, 2),
        Substance("7783-06-4", Text("硫化氢", "hydrogen sulphide"), 5, 5),
        Substance("7664-39-3", Text("氟化氢", "hydrogen fluoride"), 1, 5),
        Substance("74-90-8", Text("氰化氢", "hydrogen cyanide"), 1, 20),
        Substance("50-00-0", Text("甲醛", "formaldehyde"), 5, 2),
        Substance("7446-09-5", Text("二氧化硫", "sulphur dioxide"), 20, 2),
        Substance("7647-01-0", Text("氯化氢", "hydrogen chloride"), 20, 3),
        Substance("74-83-9", Text("溴甲烷", "methyl bromide"), 10, 3),
        Substance("624-83-9", Text("异氰酸甲酯", "methyl isocyanate"), 0.75, 20),
        Substance("68476-85-7", Text("液化石油气", "LPG"), 50, 1.5),
        Substance("74-82-8", Text("甲烷、天然气", "methane"), 50, 1.5),
        Substance("1333-74-0", Text("氢", "hydrogen"), 5, 1.5),
        Substance("86290-81-5", Text("汽油", "petrol"), 200, 1),
        Substance("67-56-1", Text("甲醇", "methanol"), 500, 1),
        Substance("64-17-5", Text("乙醇", "ethanol"), 500, 1),
        Substance("71-43-2", Text("苯", "benzene"), 50, 1),
        Substance("108-88-3", Text("甲苯", "toluene"), 500, 1),
    )
}


class NotGradable(BadInput):
    """The inputs do not lead to a grade; the object stays without colour, never blue."""

    code = "not_gradable"


@dataclass(frozen=True)
class Result:
    """S, R (dimensionless), alpha, whether S >= 1, and the grade 1 to 4 (None below the threshold)."""

    s: float
    r: float
    alpha: float
    major: bool
    grade: int | None
    reason: Text


def parse_inventory(text: str) -> dict[str, float]:
    """Read ``CAS:tonnes;CAS:tonnes`` into tonnes by CAS number.

    Raises:
        NotGradable: unreadable part, unknown substance, or a quantity that is not a positive finite number.
    """
    amounts: dict[str, float] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        cas, _, amount = part.partition(":")
        cas = cas.strip()
        if cas not in SUBSTANCES:
            raise NotGradable(
                f"未知物质 CAS {cas!r}", f"unknown substance CAS {cas!r}", code="unknown_substance"
            )
        try:
            tonnes = float(amount)
        except ValueError:
            tonnes = math.nan
        if not (math.isfinite(tonnes) and tonnes > 0):
            raise NotGradable(
                f"{SUBSTANCES[cas].name.zh} 的数量 {amount!r} 不是正数",
                f"the quantity {amount!r} of {cas} is not a positive number",
                code="bad_quantity",
            )
        amounts[cas] = amounts.get(cas, 0.0) + tonnes
    if not amounts:
        raise NotGradable("没有物质清单", "the inventory is empty", code="missing_inventory")
    return amounts


def alpha_of(residents_500m: int) -> float:
    """Return alpha for the number of residents within 500 m of the plant boundary (persons)."""
    if residents_500m < 0:
        raise NotGradable("500 米内人数为负", "residents within 500 m is negative", code="bad_residents")
    return next(alpha for least, alpha in ALPHA_FROM_RESIDENTS if residents_500m >= least)


def grade_of(r: float) -> int:
    """Return the grade 1 to 4 of an R value."""
    return next((grade for least, grade in GRADE_FROM_R if r >= least), 4)


def assess(amounts_t: dict[str, float], residents_500m: int) -> Result:
    """Grade one installation from tonnes by CAS number and residents within 500 m (persons)."""
    alpha = alpha_of(residents_500m)
    s = math.fsum(q / SUBSTANCES[cas].threshold_t for cas, q in amounts_t.items())
    weighted = math.fsum(
        SUBSTANCES[cas].beta * q / SUBSTANCES[cas].threshold_t for cas, q in amounts_t.items()
    )
    r = alpha * weighted
    grade = grade_of(r) if s >= 1 else None
    list_zh = "、".join(f"{SUBSTANCES[c].name.zh} {q:g} t" for c, q in sorted(amounts_t.items()))
    list_en = ", ".join(f"{SUBSTANCES[c].name.en} {q:g} t" for c, q in sorted(amounts_t.items()))
    if grade is None:
        reason = Text(
            f"{list_zh}；S = {s:.2f} < 1，不构成重大危险源", f"{list_en}; S = {s:.2f} < 1, not a major hazard"
        )
    else:
        reason = Text(
            f"{list_zh}；S = {s:.2f}，α = {alpha:g}，R = {r:.1f} → {grade} 级重大危险源",
            f"{list_en}; S = {s:.2f}, alpha = {alpha:g}, R = {r:.1f} -> grade {grade}",
        )
    return Result(s=s, r=r, alpha=alpha, major=s >= 1, grade=grade, reason=reason)
