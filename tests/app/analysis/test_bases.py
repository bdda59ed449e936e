"""Which rule holds, and what is refused by name."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from app.analysis.coverage import CoverageParams, run
from app.analysis.kit.flights import rules_of, site_of
from app.analysis.model import BaseRow, CoverageInputs
from app.analysis.rows import aircraft_rows
from layers.errors import BadInput

PLAIN = BaseRow("B1", "基地", 120.0, 29.0)
QUICK = replace(PLAIN, preparation_min=10.0, cruise_kmh=240.0)


@pytest.mark.parametrize(
    ("row", "sent", "reach_km", "binding"),
    [
        (PLAIN, {}, 100.0, "time"),
        (PLAIN, {"radius_km": 80}, 80.0, "radius"),
        (QUICK, {"radius_km": 150}, 150.0, "radius"),
        (QUICK, {}, 140.0, "time"),
        (QUICK, {"preparation_min": 15}, 120.0, "time"),
        (QUICK, {"preparation_min": 15, "cruise_kmh": 200}, 100.0, "time"),
        (PLAIN, {"response_min": 45, "radius_km": 80}, 80.0, "radius"),
        (PLAIN, {"response_min": 30, "radius_km": 80}, 50.0, "time"),
        (PLAIN, {"response_min": 45, "radius_km": 100}, 100.0, "both"),
        (PLAIN, {"cruise_kmh": 100, "radius_km": 100}, 50.0, "time"),
        (replace(PLAIN, preparation_min=60.0), {}, 0.0, "time"),
    ],
)
def test_the_smaller_reach_binds_and_what_is_sent_wins(
    row: BaseRow, sent: dict[str, float], reach_km: float, binding: str
) -> None:
    site = site_of(rules_of(CoverageParams.model_validate(sent), aircraft_rows()), row)
    assert site.reach_m / 1000 == pytest.approx(reach_km)
    assert site.binding == binding


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"bases": ["B9"]}, "unknown_base"),
        ({"bases": []}, "no_bases"),
        ({"bases": ["B1", "B1"]}, "duplicate_base"),
        ({"bases": [{"lon": 120, "lat": 29}, {"lon": 120, "lat": 29}]}, "duplicate_base"),
        ({"bases": [{"lon": 29.2, "lat": 120.1}]}, "position_out_of_range"),
        ({"bases": [{"lon": math.nan, "lat": 29}]}, "not_finite"),
        ({"bases": [{"lon": 116.4, "lat": 39.9}]}, "base_outside_region"),
        ({"bases": [{"lon": 118 + i / 50, "lat": 29} for i in range(65)]}, "too_many_bases"),
        ({"bases": [{"lon": 120, "lat": 29, "cruise_kmh": 0}]}, "non_positive_speed"),
        ({"bases": [{"lon": 120, "lat": 29, "preparation_min": -5}]}, "preparation_out_of_range"),
        ({"cruise_kmh": 0}, "non_positive_speed"),
        ({"cruise_kmh": -200}, "non_positive_speed"),
        ({"cruise_kmh": 5000}, "speed_out_of_range"),
        ({"cruise_kmh": math.inf}, "not_finite"),
        ({"response_min": 15}, "response_not_longer_than_preparation"),
        ({"preparation_min": 50}, "response_not_longer_than_preparation"),
        ({"preparation_min": -1}, "preparation_out_of_range"),
        ({"response_min": 5000}, "response_out_of_range"),
        ({"response_min": 600, "cruise_kmh": 900}, "reach_out_of_range"),
        ({"radius_km": 0}, "radius_out_of_range"),
        ({"radius_km": -3}, "radius_out_of_range"),
        ({"radius_km": 2000}, "radius_out_of_range"),
        ({"radius_km": math.nan}, "not_finite"),
    ],
)
def test_a_question_without_an_answer_is_refused_by_name(
    province: CoverageInputs, sent: dict[str, Any], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        run(CoverageParams.model_validate(sent), province)
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en


def test_a_province_without_a_base_in_service_says_so(province: CoverageInputs) -> None:
    idle = replace(province, bases=tuple(replace(base, status="off") for base in province.bases))
    with pytest.raises(BadInput) as caught:
        run(CoverageParams(), idle)
    assert caught.value.code == "no_bases"


def test_a_base_that_is_off_counts_when_it_is_chosen_and_a_warning_says_so(province: CoverageInputs) -> None:
    answer = run(CoverageParams(bases=["B4"]), province)
    assert answer.covered_km2 > 0
    assert "base_off" in [warning.code for warning in answer.warnings]


def test_a_base_slower_to_prepare_than_the_response_has_no_reach_and_a_warning(
    province: CoverageInputs,
) -> None:
    slow = replace(province, bases=(*province.bases[:2], replace(province.bases[2], preparation_min=50.0)))
    answer = run(CoverageParams(), slow)
    idle = next(base for base in answer.bases if base.id == "B3")
    assert (idle.reach_km, idle.covered_km2, idle.disc_km2) == (0, 0, 0)
    assert "base_without_reach" in [warning.code for warning in answer.warnings]


def test_the_rule_is_put_in_words() -> None:
    from app.analysis.kit.words import rule_of

    params = CoverageParams()
    rule = rule_of(params, [site_of(rules_of(params, aircraft_rows()), PLAIN)])
    assert rule.text.zh.startswith("45 分 = 15 + 30")
    assert rule.text.en.startswith("45 min = 15 + 30")
    assert (rule.reach_km, rule.time_reach_km, rule.radius_km) == (100.0, 100.0, None)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="radius_m"):
        CoverageParams.model_validate({"radius_m": 100})
