"""Inventories of dangerous substances: ``CAS:tonnes;CAS/class:tonnes``, and the Q and beta of each.

A substance named in table 1 of GB 18218-2018 needs no class; any other is taken by its class (J1 … W11). A beta named
for the substance (table 3) goes before that of its class.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from layers.constants.model import Constants
from layers.grading.answer import NotGradable
from layers.grading.cas import is_cas
from layers.model import Text

SET = "gb18218-2018"


@dataclass(frozen=True)
class Substance:
    """Threshold quantity Q (tonnes) and correction factor beta (dimensionless), None where the table has none."""

    key: str
    name: Text
    threshold_t: float | None
    beta: float | None


@dataclass(frozen=True)
class Item:
    """One line of an inventory: CAS number, class where it is given, tonnes present, and what the table says of it."""

    cas: str
    kind: str | None
    tonnes: float
    threshold_t: float
    beta: float
    name: Text

    @property
    def written(self) -> str:
        """The line as inventories write it."""
        return f"{self.cas}{'/' + self.kind if self.kind else ''}:{self.tonnes:g}"


@dataclass(frozen=True)
class Substances:
    """Named substances by CAS number, and classes."""

    named: Mapping[str, Substance]
    classes: Mapping[str, Substance]
    most_t: float

    @classmethod
    def of(cls, constants: Constants) -> Substances:
        """Read the tables of the standard out of the constants."""
        key = (cls, constants.version)
        if key not in constants.memo:
            named = _tables(constants, "q", "beta")
            classes = _tables(constants, "class_q", "class_beta")
            constants.memo[key] = cls(named, classes, constants.number("limits.tonnes"))
        found: Substances = constants.memo[key]
        return found

    def item(self, cas: str, kind: str | None, tonnes: float | None) -> Item:
        """Return one line of an inventory, checked.

        Raises:
            NotGradable: ``bad_cas``, ``unknown_class``, ``unknown_substance``, ``missing_quantity``, ``bad_quantity``.
        """
        cas, kind = cas.strip(), (kind or "").strip().upper() or None
        if not is_cas(cas):
            raise NotGradable(
                f"{cas[:40]!r} 不是 CAS 号", f"{cas[:40]!r} is not a CAS number", code="bad_cas"
            )
        if kind is not None and kind not in self.classes:
            raise NotGradable(
                f"未知类别 {kind[:20]!r}，应为 {'、'.join(self.classes)}",
                f"unknown class {kind[:20]!r}, use one of {', '.join(self.classes)}",
                code="unknown_class",
            )
        nothing = Substance("", Text("", ""), None, None)
        own, by_class = self.named.get(cas, nothing), self.classes.get(kind or "", nothing)
        threshold = own.threshold_t if own.threshold_t is not None else by_class.threshold_t
        beta = own.beta if own.beta is not None else by_class.beta
        if threshold is None or beta is None:
            raise NotGradable(
                f"未知物质 CAS {cas}：表 1 没有它，须写明类别（如 {cas}/W5.3）",
                f"unknown substance CAS {cas}: it is not in table 1, its class is needed (such as {cas}/W5.3)",
                code="unknown_substance",
            )
        name = own.name if own.name.zh else Text(f"{cas}（{kind} 类）", f"{cas} (class {kind})")
        return Item(cas, kind, self._tonnes(tonnes, name), threshold, beta, name)

    def _tonnes(self, tonnes: float | None, name: Text) -> float:
        if tonnes is None:
            raise NotGradable(
                f"{name.zh} 没有数量", f"the quantity of {name.en} is missing", code="missing_quantity"
            )
        if isinstance(tonnes, bool) or not (math.isfinite(tonnes) and 0 < tonnes <= self.most_t):
            raise NotGradable(
                f"{name.zh} 的数量 {tonnes!r} 吨不合理（应大于 0，至多 {self.most_t:g}）",
                f"the quantity of {name.en}, {tonnes!r} t, is not believable (above 0, at most {self.most_t:g})",
                code="bad_quantity",
            )
        return float(tonnes)


def parse_inventory(text: str, substances: Substances) -> list[Item]:
    """Read ``CAS:tonnes;CAS/class:tonnes``; one substance written twice adds up.

    Raises:
        NotGradable: no line (``missing_inventory``), or a line that cannot be used.
    """
    items: dict[tuple[str, str | None], Item] = {}
    for part in filter(None, (p.strip() for p in text.replace("；", ";").split(";"))):
        what, _, amount = part.replace("：", ":").partition(":")
        cas, _, kind = what.partition("/")
        one = substances.item(cas, kind, _tonnes(amount.strip()))
        before = items.get((one.cas, one.kind))
        total = one.tonnes + (before.tonnes if before else 0)
        items[one.cas, one.kind] = substances.item(one.cas, one.kind, total)
    if not items:
        raise NotGradable("没有物质清单", "the inventory is empty", code="missing_inventory")
    return list(items.values())


def _tonnes(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return math.nan


def _tables(constants: Constants, of_q: str, of_beta: str) -> dict[str, Substance]:
    thresholds, betas = (constants.under(f"{SET}.{name}") for name in (of_q, of_beta))
    found = {}
    for key in {**thresholds, **betas}:
        title = (thresholds.get(key) or betas[key]).title
        q = constants.number(f"{SET}.{of_q}.{key}") if key in thresholds else None
        beta = constants.number(f"{SET}.{of_beta}.{key}") if key in betas else None
        found[key] = Substance(key, title, q, beta)
    return found
