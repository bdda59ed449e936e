"""Check values worked out by hand from the rules, before the program was asked.

GB 18218: S = sum(q/Q), R = alpha * sum(beta*q/Q). Each line says how its two figures come about. ``X`` stands for a
substance that table 1 does not name (acetone, 67-64-1), so that its class gives Q and beta.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from layers.constants.model import Constants
from layers.grading import gb18218
from layers.grading.inventory import Item

CL2, NH3, HCN, NO2, CO, PH3 = (
    "7782-50-5", "7664-41-7", "74-90-8", "10102-44-0", "630-08-0", "7803-51-2",
)  # fmt: skip
X = "67-64-1"

WORKED = [
    # 12/5 + 20/10 = 2.4 + 2 = 4.4;  60 people: 1.5;  1.5 * (4*2.4 + 2*2) = 1.5 * 13.6 = 20.4
    (f"{CL2}:12;{NH3}:20", 60, 4.4, 20.4, 3),
    # S just below and at 1: 4.99/5 = 0.998 is no major hazard; 5/5 = 1, alpha 0.5 (nobody): 0.5 * 4 = 2
    (f"{CL2}:4.99", 0, 0.998, 0.5 * 4 * 0.998, None),
    (f"{CL2}:5", 0, 1.0, 2.0, 4),
    # R at 10: 25/10 = 2.5, 2 * 2.5 = 5, alpha 2 (100 people): 10.  With 24.9: 2.49 * 2 * 2 = 9.96
    (f"{NH3}:25", 100, 2.5, 10.0, 3),
    (f"{NH3}:24.9", 100, 2.49, 9.96, 4),
    # R at 50: 2.5/1 = 2.5, beta 20: 50, alpha 1 (29 people): 50.  With alpha 1 and 2.49: 49.8
    (f"{HCN}:2.5", 29, 2.5, 50.0, 2),
    (f"{HCN}:2.49", 29, 2.49, 49.8, 3),
    # R at 100: 2.5/1 * 20 = 50, alpha 2 (100 people): 100;  99 people give 1.5: 75
    (f"{HCN}:2.5", 100, 2.5, 100.0, 1),
    (f"{HCN}:2.5", 99, 2.5, 75.0, 2),
    # alpha 1.2 from 30 to 49 people: 4 * 10/5 = 8, * 1.2 = 9.6; at 50 people 1.5: 12
    (f"{CL2}:10", 30, 2.0, 9.6, 4),
    (f"{CL2}:10", 49, 2.0, 9.6, 4),
    (f"{CL2}:10", 50, 2.0, 12.0, 3),
    # Three thirds are one: 5/3 t of chlorine three times is S = 1 although the last bit of a float may say less
    (f"{CL2}:1.6666666666666667;{CL2}:1.6666666666666667;{CL2}:1.6666666666666667", 0, 1.0, 2.0, 4),
    # table 1 goes before a class: CO 20 t and beta 2, not the 10 t and 1.5 of W2: 60/20 = 3, 2*3 = 6, * 1
    (f"{CO}/W2:60", 1, 3.0, 6.0, 4),
    # NO2 1 t, beta 10: 2/1 = 2, 10*2 = 20, * 1.5 (70 people) = 30
    (f"{NO2}:2", 70, 2.0, 30.0, 3),
    # PH3 1 t, beta 20: 2.5/1 = 2.5, 20*2.5 = 50, * 2 (100 people) = 100; a gram less is grade 2
    (f"{PH3}:2.5", 100, 2.5, 100.0, 1),
    (f"{PH3}:2.499999", 100, 2.499999, 99.99996, 2),
]  # fmt: skip

# class, tonnes (ten times Q), Q, beta: S = 10 and, with 10 people (alpha 1), R = 10 * beta
BY_CLASS = [
    ("J1", 50, 40), ("J2", 500, 10), ("J3", 500, 20), ("J4", 500, 20), ("J5", 5000, 10),
    ("W1.1", 10, 20), ("W1.2", 100, 20), ("W1.3", 500, 20), ("W2", 100, 15), ("W3", 1500, 10), ("W4", 500, 10),
    ("W5.1", 100, 15), ("W5.2", 500, 10), ("W5.3", 10_000, 10), ("W5.4", 50_000, 10),
    ("W6.1", 100, 15), ("W6.2", 500, 10), ("W7.1", 100, 15), ("W7.2", 500, 10), ("W8", 500, 10),
    ("W9.1", 500, 10), ("W9.2", 2000, 10), ("W10", 2000, 10), ("W11", 2000, 10),
]  # fmt: skip


@pytest.mark.parametrize(("text", "residents", "s", "r", "level"), WORKED)
def test_the_values_worked_out_by_hand_come_out(
    text: str,
    residents: int,
    s: float,
    r: float,
    level: int | None,
    constants: Constants,
    read: Callable[[str], list[Item]],
) -> None:
    answer = gb18218.grade(read(text), residents, constants)
    assert answer.figures["s"] == pytest.approx(s)
    assert answer.figures["r"] == pytest.approx(r)
    assert answer.figures["gb18218_grade"] == level
    assert (answer.grade is None) == (level is None)


@pytest.mark.parametrize(("kind", "tonnes", "r"), BY_CLASS)
def test_ten_times_the_threshold_of_each_class_gives_s_10_and_r_10_beta(
    kind: str, tonnes: float, r: float, constants: Constants, read: Callable[[str], list[Item]]
) -> None:
    answer = gb18218.grade(read(f"{X}/{kind}:{tonnes}"), 10, constants)
    assert answer.figures["s"] == pytest.approx(10)
    assert answer.figures["r"] == pytest.approx(r)
    assert answer.figures["gb18218_grade"] == 3  # all of them lie from 10 to under 50


def test_the_classes_checked_are_all_there_are(constants: Constants) -> None:
    assert {kind for kind, _, _ in BY_CLASS} == set(constants.under("gb18218-2018.class_q"))
