"""Siting on a small province: every model answers, and what cannot be is refused with what would do."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from app.analysis.coverage import CoverageParams, PointBase
from app.analysis.coverage import run as cover
from app.analysis.model import CoverageInputs
from app.analysis.siting import Infeasible, run
from app.analysis.siting_params import SitingParams
from layers.errors import BadInput, Unavailable

GRID = 40_000


@pytest.mark.parametrize("model", ["mclp", "mexclp", "p_center", "p_median"])
@pytest.mark.parametrize("objective", ["people", "area", "equity"])
def test_every_model_returns_a_proven_plan(province: CoverageInputs, model: str, objective: str) -> None:
    sent: dict[str, Any] = {"model": model, "p": 2, "grid_m": GRID, "objective": objective, "radius_km": 60}
    answer = run(SitingParams.model_validate(sent), province)
    assert answer.status == "optimal"
    assert len(answer.sites) == 2
    assert answer.gap < 1e-5
    assert answer.covered_share_after >= answer.covered_share_before


def test_the_share_after_is_what_a_coverage_run_with_the_site_says(province: CoverageInputs) -> None:
    answer = run(SitingParams(p=1, grid_m=GRID, radius_km=70), province)
    best = answer.sites[0]
    bases = [base.id for base in province.bases if base.status != "off"]
    with_it = cover(
        CoverageParams(bases=[*bases, PointBase(lon=best.lon, lat=best.lat)], radius_km=70), province
    )
    assert with_it.covered_people_share == pytest.approx(answer.covered_share_after, abs=0.01)
    assert answer.covered_share_after - answer.covered_share_before == pytest.approx(best.adds_share)


@pytest.mark.parametrize(
    ("model", "objective"),
    [
        ("mclp", "people"),
        ("mclp", "equity"),
        ("mexclp", "area"),
        ("p_center", "people"),
        ("p_median", "people"),
    ],
)
def test_the_marginal_curve_gets_better_with_every_base(
    province: CoverageInputs, model: str, objective: str
) -> None:
    sent = {"model": model, "objective": objective, "p": 3, "grid_m": GRID, "radius_km": 50, "curve": True}
    answer = run(SitingParams.model_validate({**sent, "fixed": []}), province)
    assert answer.curve is not None
    assert [point.p for point in answer.curve] == [1, 2, 3]
    sign = -1 if answer.unit == "s" else 1
    assert all(sign * (b.value - a.value) >= -1e-9 for a, b in pairwise(answer.curve))
    assert answer.curve[-1].value == pytest.approx(answer.value)
    assert answer.curve[-1].covered_share == pytest.approx(answer.covered_share_after)
    alone = run(SitingParams.model_validate({**sent, "fixed": [], "p": 1, "curve": False}), province)
    assert alone.value == pytest.approx(answer.curve[0].value, rel=1e-5)


@pytest.mark.parametrize("model", ["mclp", "mexclp", "lscp", "lscp_b", "p_center", "p_median"])
@pytest.mark.parametrize("time_limit_s", [30.0, 1e-9])
def test_every_model_names_status_bound_gap_and_alternatives_also_out_of_time(
    province: CoverageInputs, model: str, time_limit_s: float
) -> None:
    sent = {"model": model, "p": 2, "grid_m": GRID, "radius_km": 90, "fixed": [], "skip_unreachable": True}
    answer = run(SitingParams.model_validate({**sent, "time_limit_s": time_limit_s}), province)
    assert answer.partial == (answer.status == "feasible")
    assert 0 <= answer.gap <= 1
    assert answer.alternatives
    assert all(len(one.sites) == len(answer.sites) for one in answer.alternatives)
    if model not in ("lscp", "lscp_b"):
        assert answer.partial == (time_limit_s < 1)


def test_the_fewest_bases_reach_everything(province: CoverageInputs) -> None:
    asked = SitingParams(model="lscp", grid_m=GRID, radius_km=80, fixed=[], skip_unreachable=True)
    answer = run(asked, province)
    assert (answer.status, answer.unit) == ("optimal", "bases")
    assert answer.value == len(answer.sites) == answer.bound
    assert answer.covered_share_after == pytest.approx(1 - answer.unreachable_share)
    backup = run(asked.model_copy(update={"model": "lscp_b"}), province)
    assert len(backup.sites) == answer.value


def test_a_cover_that_cannot_be_says_which_response_time_would_do(province: CoverageInputs) -> None:
    sent = {"model": "lscp", "candidates": [{"lon": 119.0, "lat": 29.0}], "fixed": [], "response_min": 30}
    with pytest.raises(Infeasible) as caught:
        run(SitingParams.model_validate(sent), province)
    needed = caught.value.where["smallest_response_min"]
    assert isinstance(needed, float)
    assert run(SitingParams.model_validate({**sent, "response_min": needed}), province).value == 1


def test_a_cover_by_radius_that_cannot_be_says_which_radius_would_do(province: CoverageInputs) -> None:
    sent = {"model": "lscp", "candidates": [{"lon": 119.0, "lat": 29.0}], "fixed": [], "radius_km": 30}
    with pytest.raises(Infeasible) as caught:
        run(SitingParams.model_validate(sent), province)
    needed = caught.value.where["smallest_radius_km"]
    assert "smallest_response_min" not in caught.value.where
    assert run(SitingParams.model_validate({**sent, "radius_km": needed}), province).value == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, "no_candidates"),
        ({"grid_m": 10}, "grid_out_of_range"),
        ({"grid_m": 3000}, "too_many_candidates"),
        ({"candidates": [{"lon": 120, "lat": 29}], "p": 2}, "too_few_candidates"),
        ({"candidates": [{"lon": 120, "lat": 29, "datum": "GCJ-02"}]}, "shifted_datum"),
        ({"candidates": [{"lon": 120, "lat": 29, "datum": "?"}]}, "unknown_datum"),
        ({"grid_m": GRID, "busy_fraction": 1.5}, "busy_fraction_out_of_range"),
        ({"grid_m": GRID, "fixed": ["B9"]}, "unknown_base"),
        ({"grid_m": GRID, "forbidden": [{"type": "Nothing"}]}, "bad_forbidden"),
    ],
)
def test_what_cannot_be_sited_is_refused_by_name(
    province: CoverageInputs, sent: dict[str, Any], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        run(SitingParams.model_validate(sent), province)
    assert caught.value.code == code


def test_no_base_is_put_where_it_is_forbidden(province: CoverageInputs) -> None:
    west = {"type": "Polygon", "coordinates": [[[117, 26], [120, 26], [120, 32], [117, 32], [117, 26]]]}
    for closed in ({"forbidden": [west]}, {"no_fly": [west]}):
        answer = run(SitingParams.model_validate({"p": 2, "grid_m": GRID, "fixed": [], **closed}), province)
        assert all(site.lon > 120 for site in answer.sites)


def test_people_cannot_be_served_without_a_raster(province: CoverageInputs) -> None:
    with pytest.raises(Unavailable) as caught:
        run(SitingParams(grid_m=GRID), replace(province, population=None))
    assert caught.value.code == "raster_missing"
