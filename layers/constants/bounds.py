"""What a constant may be changed to: what the rules can work with, so that a slip of the pen stops no grading."""

from __future__ import annotations

from itertools import pairwise

from layers.constants.model import Constants
from layers.constants.values import Steps, Value
from layers.model import Text

FIXED = ("colours.", "zones.rule", "zones.natural_rule", "chemical-firm-2018.red_line.")
"""What is drawn into styles or written into the program: it changes with a release."""

RANGES = (
    ("gb18218-2018.q.", 1e-6, 1e7),
    ("gb18218-2018.class_q.", 1e-6, 1e7),
    ("gb18218-2018.beta.", 0.01, 1000),
    ("gb18218-2018.class_beta.", 0.01, 1000),
    ("gb18218-2018.alpha_distance", 1, 10_000),
    ("gb18218-2018.major", 1e-6, 1e6),
    ("individual-risk-2018.", 1e-12, 1),
    ("chemical-firm-2018.redo_years", 0.1, 100),
    ("defects.", 1, 3650),
    ("plan.", 0, 1e9),
    ("shelter.", 0.1, 100),
    ("limits.", 1, 1e12),
    ("zones.cell", 100, 20_000),
)
"""Beginning of a key, least and most of its number."""
WHOLE = ("defects.", "zones.cell")
COLOURS = {1.0, 2.0, 3.0, 4.0}


def fault_of(key: str, new: Value, model: Value, standing: Constants) -> Text | None:
    """Say what is wrong with a new value of a constant, None where nothing is. ``model`` is what it is now, or what
    one beside it is, and has the same kind."""
    if isinstance(new, Steps) and isinstance(model, Steps):
        return _steps(new, model)
    if isinstance(new, float):
        return _number(key, new)
    if isinstance(new, tuple):
        return None if min(new) > 0 else Text("应都大于 0", "should be above 0, all of them")
    if key.startswith("ls.industry.") and not (str(new).startswith("ls-") and f"{new}.cutoffs" in standing):
        return Text(f"没有 LS 阈值集 {new}", f"there is no set of LS cut-offs {new}")
    return None


def _number(key: str, new: float) -> Text | None:
    if ".colour." in key:
        return None if new in COLOURS else Text("应为 1 到 4", "should be 1 to 4")
    for beginning, least, most in RANGES:
        if key.startswith(beginning) and not least <= new <= most:
            return Text(f"应在 {least:g} 到 {most:g} 之间", f"should be from {least:g} to {most:g}")
    if key.startswith(WHOLE) and new != int(new):
        return Text("应为整数", "should be a whole number")
    return None


def _steps(new: Steps, model: Steps) -> Text | None:
    if min(*new.bounds, *new.results, 0) < 0:
        return Text("不能有负数", "should have no negative numbers")
    if set(model.results) <= COLOURS and not set(new.results) <= COLOURS:
        return Text("的结果应为 1 到 4", "should lead to 1, 2, 3 or 4")
    rises = model.results[-1] > model.results[0]
    if any((low > high) != rises for high, low in pairwise(new.results)):
        zh, en = ("增大", "rising") if rises else ("减小", "falling")
        return Text(f"的结果应依次{zh}", f"should have {en} results")
    return None
