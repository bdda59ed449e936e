"""What a constant may be changed to: nothing that would stop a grading or turn a cut-off round."""

from __future__ import annotations

import pytest

from layers.constants.bounds import FIXED, RANGES, fault_of
from layers.constants.shipped import shipped
from layers.constants.values import parse_value


def fault(key: str, text: str) -> bool:
    standing = shipped()
    return fault_of(key, parse_value(text), standing[key].value, standing) is not None


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("zones.cell", ["100", "1000"], ["0", "-500", "99", "1e9", "500.5"]),
        ("gb18218-2018.q.7782-50-5", ["0.3", "10"], ["0", "-5", "1e12"]),
        ("gb18218-2018.beta.7782-50-5", ["1.5"], ["0", "-4"]),
        ("gb18218-2018.colour.1", ["2"], ["0", "5", "1.5"]),
        ("gb18218-2018.alpha", [">=50:2; >=0:1"], [">=50:2; >=0:-1", ">=50:1; >=0:2"]),
        ("lec.l_values", ["10, 5, 1"], ["10, 0", "10, -1"]),
        ("lec.cutoffs", [">=320:1; >=70:3"], [">=320:4; >=70:1", ">=320:1; >=70:5", ">=320:1; >=160:3; >=70:2"]),
        ("chemical-firm-2018.cutoffs", [">=80:4; >=0:1"], [">=80:1; >=0:4"]),
        ("ls.industry.general", ["ls-shandong"], ["lec", "ls-nowhere", "chemical-firm-2018"]),
        ("defects.city_days", ["45"], ["0", "1e9", "1.5"]),
        ("individual-risk-2018.new.high", ["1e-6"], ["0", "2"]),
        ("plan.high_risk_parks", ["0"], ["-1"]),
    ],
)  # fmt: skip
def test_values_that_the_rules_can_work_with_are_told_from_those_they_cannot(
    key: str, good: list[str], bad: list[str]
) -> None:
    assert [text for text in good if fault(key, text)] == []
    assert [text for text in bad if not fault(key, text)] == []


@pytest.mark.parametrize("key", list(shipped()))
def test_every_shipped_constant_is_within_its_own_bounds(key: str) -> None:
    standing = shipped()
    assert fault_of(key, standing[key].value, standing[key].value, standing) is None


@pytest.mark.parametrize("beginning", [*FIXED, *(row[0] for row in RANGES)])
def test_every_rule_is_about_a_constant_that_is_there(beginning: str) -> None:
    assert any(key.startswith(beginning) for key in shipped())


def test_every_number_has_a_range() -> None:
    numbers = [key for key, row in shipped().items() if isinstance(row.value, float)]
    bound = (*FIXED, *(row[0] for row in RANGES))
    assert [key for key in numbers if not key.startswith(bound) and ".colour." not in key] == []
