"""Air-rescue coverage: where the bases reach, how many people that is, and which places of which counties
remain.

Geodesic on the ellipsoid throughout (layers/geo.py). The work that depends on the data only is done once per
data version; a request over five bases then takes some tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.analysis.coverage_params import CoverageParams, PlacedPoint, PointBase
from app.analysis.coverage_result import (
    BaseFigures,
    CoverageResult,
    DemandFigures,
    ErrorBound,
    Gap,
    Source,
)
from app.analysis.engine.demand import Demand
from app.analysis.engine.signatures import Histogram, histogram
from app.analysis.kit.area import LandFigures, measure_land
from app.analysis.kit.bases import BadCoverage, check_place, check_question, choose
from app.analysis.kit.cells import assign
from app.analysis.kit.extras import bands_of, ground_of, hospital_of, reach_range_m, rose_of
from app.analysis.kit.figures import figures_of, share
from app.analysis.kit.flights import Site, rules_of, site_of
from app.analysis.kit.geojson import collection, disc_geometry, feature, geometry
from app.analysis.kit.prepare import Prepared, prepared_for
from app.analysis.kit.scenario import ENGINE, scenario_id
from app.analysis.kit.words import method_of, rule_of, warnings_of
from app.analysis.kit.worst import Worst, worst_places
from app.analysis.model import BaseRow, CoverageInputs, Hospital
from app.analysis.rows import aircraft_rows
from layers.errors import Unavailable
from layers.geo import Floats, area_m2, distances_m
from layers.model import Text

__all__ = ["ANALYSIS", "TITLE", "BadCoverage", "CoverageParams", "CoverageResult", "PointBase", "run"]

ANALYSIS = "coverage"
TITLE = Text("航空救援覆盖", "Air-rescue coverage")

AREA_RELATIVE = 1e-6  # rings have the area of what they stand for; rounding and overlay add far less
GAP_MIN_KM2 = 1e-4  # smaller gaps are what overlay leaves between two outlines, not land
FAR_FROM_REGION_M = 200_000.0


def check_region(prepared: Prepared, bases: Sequence[BaseRow]) -> None:
    """Refuse bases that have nothing to do with this province; the sea and the neighbours nearby are fine."""
    for base in bases:
        if prepared.tree.query(shapely.Point(base.lon, base.lat), predicate="intersects").size:
            continue
        away = float(distances_m(base.lon, base.lat, prepared.boundary.positions).min())
        if away > FAR_FROM_REGION_M:
            raise BadCoverage(
                f"基地“{base.name}”（{base.lon:g}, {base.lat:g}）距本省陆地 {away / 1000:.0f} km，"
                f"超过 {FAR_FROM_REGION_M / 1000:.0f} km",
                f"base {base.name} at {base.lon:g}, {base.lat:g} is {away / 1000:.0f} km "
                f"from the land of the province, more than {FAR_FROM_REGION_M / 1000:.0f} km",
                code="base_outside_region",
                base=base.id,
            )


@dataclass(frozen=True, eq=False)
class Counted:
    """What the cells say: histograms by demand, and people by county and base."""

    found: dict[str, Histogram]
    total: Floats | None
    gap: Floats | None
    figures: list[DemandFigures]

    def of(self, name: str) -> DemandFigures | None:
        """The figures of one demand, None when it is not there."""
        return next((one for one in self.figures if one.id == name), None)


def demand_of(name: str, prepared: Prepared, params: CoverageParams, inputs: CoverageInputs) -> Demand:
    """The places of one demand. Raises Unavailable ``raster_missing`` or ``demand_missing``."""
    if name == "area":
        return prepared.land
    if name == "people":
        if prepared.people is None:
            raise Unavailable(
                "还没有载入人口栅格", "no population raster is loaded", code="raster_missing", demand=name
            )
        return prepared.people.demand
    if name == "incidents" and params.demand_points:
        points = params.demand_points
        for i, point in enumerate(points):
            check_place(point, f"demand_points.{i}")
        lon, lat = np.array([p.lon for p in points]), np.array([p.lat for p in points])
        weight = np.array([p.weight for p in points])
    elif (places := inputs.places.get(name)) is not None:
        lon, lat, weight = places.lon, places.lat, places.weight
    else:
        raise Unavailable(
            f"还没有载入需求“{name}”的数据",
            f"nothing is loaded for demand {name}",
            code="demand_missing",
            demand=name,
        )
    county, _ = assign(lon, lat, prepared.tree, 0.05)
    last = len(prepared.parts)  # places in no county count in a region of their own
    return Demand.of(lon, lat, weight, np.where(county < 0, last, county), last + 1)


def _count(params: CoverageParams, inputs: CoverageInputs, prepared: Prepared, sites: list[Site]) -> Counted:
    names = ["area", *(["people"] if prepared.people else [])]
    names += [name for name in params.demand or [] if name not in names]
    reaches = [site.reach for site in sites]
    found = {name: histogram(demand_of(name, prepared, params, inputs), reaches) for name in names}
    figures = [
        figures_of(name, found[name], sites, prepared.counties, params.busy_fraction)
        for name in (params.demand or names)
        if name in found
    ]
    people = found.get("people")
    total = gap = None
    if people is not None:
        total, gap = people.weight[:, :, 0].sum(axis=1), people.weight[:, people.bits == 0, 0].sum(axis=1)
    return Counted(found, total, gap, figures)


def _base_figures(
    prepared: Prepared, sites: list[Site], land: LandFigures, counted: Counted
) -> list[BaseFigures]:
    covered_m2 = prepared.land_m2 - float(land.gap_by_part.sum())
    people = counted.found.get("people")
    figures = figures_of("people", people, sites, prepared.counties, 0.0) if people is not None else None
    rows = []
    for i, site in enumerate(sites):
        least, most = reach_range_m(site)
        own = figures.bases[i] if figures else None
        rows.append(
            BaseFigures(
                id=site.id,
                name=site.name,
                name_en=site.name_en,
                status=site.status,
                lon=site.lon,
                lat=site.lat,
                preparation_min=site.preparation_min,
                cruise_kmh=site.cruise_kmh,
                reach_km=site.reach_m / 1000,
                reach_least_km=least / 1000,
                reach_most_km=most / 1000,
                aircraft=site.aircraft,
                binding=site.binding,
                disc_km2=float(land.disc_by_site[i]) / 1e6,
                covered_km2=float(land.reached_by_site[i]) / 1e6,
                covered_people=own.reached if own else None,
                only_this_km2=float(land.only_by_site[i]) / 1e6,
                only_this_people=own.unique if own else None,
                shapley_people=own.shapley if own else None,
                without_covered_share=share(covered_m2 - float(land.only_by_site[i]), prepared.land_m2),
                without_covered_people_share=share(figures.covered - own.unique, figures.total)
                if figures and own
                else None,
            )
        )
    return rows


def _county_gap(prepared: Prepared, part: int, worst: Worst, land: LandFigures, counted: Counted) -> Gap:
    county = prepared.counties[part]
    total = float(counted.total[part]) if counted.total is not None else None
    missed = float(counted.gap[part]) if counted.gap is not None else None
    flight = None if worst.minutes is None else worst.minutes - worst.site.preparation_min
    return Gap(
        code=county.code,
        name=county.name,
        name_en=county.name_en,
        city=county.city,
        land_km2=float(prepared.area[part]) / 1e6,
        uncovered_km2=float(land.gap_by_part[part]) / 1e6,
        uncovered_share=share(float(land.gap_by_part[part]), float(prepared.area[part])),
        people=total,
        uncovered_people=missed,
        uncovered_people_share=None if total is None or missed is None else share(missed, total),
        worst_point=(round(worst.lon, 6), round(worst.lat, 6)),
        worst_km=worst.distance_m / 1000,
        worst_preparation_min=worst.site.preparation_min,
        worst_flight_min=flight,
        worst_minutes=worst.minutes,
        nearest_base=worst.site.id,
        nearest_base_name=worst.site.name,
    )


def _gaps(prepared: Prepared, sites: list[Site], land: LandFigures, counted: Counted) -> list[Gap]:
    parts = np.flatnonzero(land.gap_by_part[: len(prepared.counties)] > GAP_MIN_KM2 * 1e6)
    worst = worst_places(prepared, parts, [land.gap[part] for part in parts], sites)
    gaps = [
        _county_gap(prepared, int(p), place, land, counted) for p, place in zip(parts, worst, strict=True)
    ]
    return sorted(gaps, key=lambda gap: (-(gap.uncovered_people or 0.0), -gap.uncovered_km2, gap.code))


def _sea_km2(inputs: CoverageInputs, union: BaseGeometry) -> float | None:
    if inputs.coast is None:
        return None
    return (area_m2(union) - area_m2(shapely.intersection(union, inputs.coast))) / 1e6


def _hospitals(params: CoverageParams, inputs: CoverageInputs) -> Sequence[Hospital]:
    """The hospitals asked about. Raises Unavailable ``hospitals_missing``."""

    def named(place: PlacedPoint, i: int) -> Hospital:
        check_place(place, f"hospitals.{i}")
        return Hospital(place.name or f"{i + 1}", place.lon, place.lat)

    found = inputs.hospitals
    if params.hospitals is not None:
        found = tuple(named(place, i) for i, place in enumerate(params.hospitals))
    if not found:
        raise Unavailable(
            "没有可用的医院：请给出 hospitals，或载入医院停机坪",
            "no hospital to go to: give hospitals, or load landing points at hospitals",
            code="hospitals_missing",
        )
    return found


def _extras(
    params: CoverageParams, inputs: CoverageInputs, prepared: Prepared, sites: list[Site]
) -> dict[str, Any]:
    """The parts of an answer that are there only when they are asked for, or can be told."""
    found: dict[str, Any] = {"rose": rose_of(prepared, sites)}
    if params.bands_min:
        found["bands"], found["band_areas"] = bands_of(prepared, sites, params.bands_min)
    if params.hospital_within_min is not None:
        hospitals = _hospitals(params, inputs)
        found["hospital"] = hospital_of(prepared, sites, hospitals, params.hospital_within_min)
    if inputs.ground is not None:
        found["ground"] = ground_of(prepared, sites, inputs.ground, params.response_min)
    return found


def _error_bound(prepared: Prepared, sites: list[Site], land: LandFigures, counted: Counted) -> ErrorBound:
    by_cells, people = counted.found["area"], counted.found.get("people")
    cells_m2 = float(by_cells.total[by_cells.bits != 0, 0].sum())
    vector_m2 = prepared.land_m2 - float(land.gap_by_part.sum())
    worst_min = prepared.interior_gap_m * max(site.reach.flight.slowest_pace for site in sites) / 60
    return ErrorBound(
        area_relative=AREA_RELATIVE,
        people_relative=None if people is None else share(float(people.doubt[0]), float(people.total.sum())),
        worst_point_km=prepared.interior_gap_m / 1000,
        worst_point_min=worst_min,
        cells_relative=share(float(by_cells.doubt[0]), prepared.land_m2) + AREA_RELATIVE,
        cells_differ=abs(cells_m2 - vector_m2) / prepared.land_m2,
    )


def run(params: CoverageParams, inputs: CoverageInputs) -> CoverageResult:
    """Answer one coverage question.

    Raises BadCoverage (or BadInput for places, datums and winds) with the codes of kit/bases.py and kit/flights.py,
    base_outside_region among them; Unavailable ``land_missing``, ``demand_missing``, ``hospitals_missing``. Without a
    raster the figures on people are None.
    """
    check_question(params)
    rows, types = choose(params, inputs.bases), aircraft_rows(inputs.aircraft_file)
    rules = rules_of(params, types)
    sites = [site_of(rules, row) for row in rows]
    prepared = prepared_for(inputs)
    check_region(prepared, rows)
    land = measure_land(prepared, sites)
    counted = _count(params, inputs, prepared, sites)

    land_m2, gap_m2 = prepared.land_m2, float(land.gap_by_part.sum())
    people = counted.found.get("people")
    total = float(people.total.sum()) if people is not None else 0.0
    held = total - float(counted.gap.sum()) if counted.gap is not None else None
    twice = None
    if people is not None:
        twice = float(people.total[people.bits & (people.bits - np.uint64(1)) != 0, 0].sum())
    bound = _error_bound(prepared, sites, land, counted)
    union = shapely.union_all(land.discs)
    discs = [
        feature(
            disc_geometry(disc),
            {"id": site.id, "name": site.name, "reach_km": site.reach_m / 1000},
        )
        for site, disc in zip(sites, land.discs, strict=True)
    ]
    return CoverageResult(
        scenario_id=scenario_id("coverage", params, rows, list(types.values()), inputs.sources),
        engine=ENGINE,
        rule=rule_of(params, sites),
        land_km2=land_m2 / 1e6,
        covered_km2=(land_m2 - gap_m2) / 1e6,
        covered_share=share(land_m2 - gap_m2, land_m2),
        sea_km2=_sea_km2(inputs, union),
        people=total if people is not None else None,
        covered_people=held,
        covered_people_share=None if held is None else share(held, total),
        twice_covered_share=share(land.twice, land_m2),
        twice_covered_people_share=None if twice is None else share(twice, total),
        bases=_base_figures(prepared, sites, land, counted),
        gaps=_gaps(prepared, sites, land, counted),
        reach=collection(discs),
        union=feature(geometry(union), {"covered_km2": (land_m2 - gap_m2) / 1e6}),
        gap=feature(geometry(shapely.union_all(land.gap)), {"uncovered_km2": gap_m2 / 1e6}),
        demands=counted.figures,
        error_bound=bound,
        sources=[Source(**vars(source)) for source in inputs.sources],
        method=method_of(prepared, bound.worst_point_min),
        warnings=warnings_of(sites, prepared, [float(value) / 1e6 for value in land.reached_by_site]),
        **_extras(params, inputs, prepared, sites),
    )
