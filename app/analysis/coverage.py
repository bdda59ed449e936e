"""Air-rescue coverage: where the bases reach, how many people that is, and which places of which counties
remain.

Geodesic on the ellipsoid throughout (layers/geo.py). The work that depends on the data only is done once per
data version; a request over five bases then takes some tens of milliseconds.
"""

from __future__ import annotations

import numpy as np
import shapely

from app.analysis.coverage_params import CoverageParams, PointBase
from app.analysis.coverage_result import BaseFigures, CoverageResult, ErrorBound, Gap, Source
from app.analysis.kit.area import LandFigures, measure_land
from app.analysis.kit.bases import BadCoverage, Site, apply_rule, check_numbers, choose
from app.analysis.kit.geojson import collection, disc_geometry, feature, geometry
from app.analysis.kit.people import PeopleFigures, count_people
from app.analysis.kit.prepare import Prepared, prepared_for
from app.analysis.kit.words import method_of, rule_of, warnings_of
from app.analysis.kit.worst import Worst, worst_places
from app.analysis.model import CoverageInputs
from layers.geo import distances_m
from layers.model import Text

__all__ = ["ANALYSIS", "TITLE", "BadCoverage", "CoverageParams", "CoverageResult", "PointBase", "run"]

ANALYSIS = "coverage"
TITLE = Text("航空救援覆盖", "Air-rescue coverage")

AREA_RELATIVE = 5e-6  # a 1440-gon lacks 3.2e-6 of its circle; rounding and overlay add far less
GAP_MIN_KM2 = 1e-4  # smaller gaps are what overlay leaves between two outlines, not land
FAR_FROM_REGION_M = 200_000.0


def _check_region(prepared: Prepared, sites: list[Site]) -> None:
    """Refuse bases that have nothing to do with this province; the sea and the neighbours nearby are fine."""
    for site in sites:
        if prepared.tree.query(shapely.Point(site.lon, site.lat), predicate="intersects").size:
            continue
        away = float(distances_m(site.lon, site.lat, prepared.boundary.positions).min())
        if away > FAR_FROM_REGION_M:
            raise BadCoverage(
                f"基地“{site.name}”（{site.lon:g}, {site.lat:g}）距本省陆地 {away / 1000:.0f} km，"
                f"超过 {FAR_FROM_REGION_M / 1000:.0f} km",
                f"base {site.name} at {site.lon:g}, {site.lat:g} is {away / 1000:.0f} km "
                f"from the land of the province, more than {FAR_FROM_REGION_M / 1000:.0f} km",
                code="base_outside_region",
                base=site.id,
            )


def _share(part: float, whole: float) -> float:
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def _base_figures(
    sites: list[Site], land: LandFigures, people: PeopleFigures | None, land_m2: float
) -> list[BaseFigures]:
    covered_m2 = land_m2 - float(land.gap_by_part.sum())
    total = float(people.total_by_part.sum()) if people else 0.0
    covered = total - float(people.gap_by_part.sum()) if people else 0.0
    return [
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
            binding=site.binding,
            disc_km2=float(land.disc_by_site[i]) / 1e6,
            covered_km2=float(land.reached_by_site[i]) / 1e6,
            covered_people=float(people.reached_by_site[i]) if people else None,
            only_this_km2=float(land.only_by_site[i]) / 1e6,
            only_this_people=float(people.only_by_site[i]) if people else None,
            without_covered_share=_share(covered_m2 - float(land.only_by_site[i]), land_m2),
            without_covered_people_share=_share(covered - float(people.only_by_site[i]), total)
            if people
            else None,
        )
        for i, site in enumerate(sites)
    ]


def _county_gap(
    prepared: Prepared, part: int, worst: Worst, land: LandFigures, people: PeopleFigures | None
) -> Gap:
    county = prepared.counties[part]
    total = float(people.total_by_part[part]) if people else None
    missed = float(people.gap_by_part[part]) if people else None
    return Gap(
        code=county.code,
        name=county.name,
        name_en=county.name_en,
        city=county.city,
        land_km2=float(prepared.area[part]) / 1e6,
        uncovered_km2=float(land.gap_by_part[part]) / 1e6,
        uncovered_share=_share(float(land.gap_by_part[part]), float(prepared.area[part])),
        people=total,
        uncovered_people=missed,
        uncovered_people_share=None if total is None or missed is None else _share(missed, total),
        worst_point=(round(worst.lon, 6), round(worst.lat, 6)),
        worst_km=worst.distance_m / 1000,
        worst_preparation_min=worst.site.preparation_min,
        worst_flight_min=worst.minutes - worst.site.preparation_min,
        worst_minutes=worst.minutes,
        nearest_base=worst.site.id,
        nearest_base_name=worst.site.name,
    )


def _gaps(
    prepared: Prepared, sites: list[Site], land: LandFigures, people: PeopleFigures | None
) -> list[Gap]:
    parts = np.flatnonzero(land.gap_by_part[: len(prepared.counties)] > GAP_MIN_KM2 * 1e6)
    worst = worst_places(prepared, parts, [land.gap[part] for part in parts], sites)
    gaps = [_county_gap(prepared, int(p), place, land, people) for p, place in zip(parts, worst, strict=True)]
    return sorted(gaps, key=lambda gap: (-(gap.uncovered_people or 0.0), -gap.uncovered_km2, gap.code))


def run(params: CoverageParams, inputs: CoverageInputs) -> CoverageResult:
    """Answer one coverage question.

    Raises BadCoverage (or BadInput for places) with the codes not_finite, position_out_of_range,
    preparation_out_of_range, response_out_of_range, response_not_longer_than_preparation, non_positive_speed,
    speed_out_of_range, radius_out_of_range, reach_out_of_range, unknown_base, duplicate_base, no_bases,
    too_many_bases, base_outside_region; Unavailable ``land_missing``. Without a raster the figures on people
    are None.
    """
    check_numbers(params)
    sites = [apply_rule(params, row) for row in choose(params, inputs.bases)]
    prepared = prepared_for(inputs)
    _check_region(prepared, sites)
    land = measure_land(prepared, sites)
    people = None if prepared.cells is None else count_people(prepared.cells, sites, len(prepared.parts))

    land_m2 = prepared.land_m2
    covered_m2 = land_m2 - float(land.gap_by_part.sum())
    total = float(people.total_by_part.sum()) if people else 0.0
    covered = total - float(people.gap_by_part.sum()) if people else 0.0
    worst_km = prepared.interior_gap_m / 1000
    worst_min = worst_km / max(site.cruise_kmh for site in sites) * 60
    reached_km2 = [float(value) / 1e6 for value in land.reached_by_site]
    discs = [
        feature(disc_geometry(disc), {"id": site.id, "name": site.name, "reach_km": site.reach_m / 1000})
        for site, disc in zip(sites, land.discs, strict=True)
    ]
    return CoverageResult(
        rule=rule_of(params, sites),
        land_km2=land_m2 / 1e6,
        covered_km2=covered_m2 / 1e6,
        covered_share=_share(covered_m2, land_m2),
        people=total if people else None,
        covered_people=covered if people else None,
        covered_people_share=_share(covered, total) if people else None,
        twice_covered_share=_share(land.twice, land_m2),
        twice_covered_people_share=_share(people.twice, total) if people else None,
        bases=_base_figures(sites, land, people, land_m2),
        gaps=_gaps(prepared, sites, land, people),
        reach=collection(discs),
        union=feature(geometry(shapely.union_all(land.discs)), {"covered_km2": covered_m2 / 1e6}),
        gap=feature(
            geometry(shapely.union_all(land.gap)), {"uncovered_km2": float(land.gap_by_part.sum()) / 1e6}
        ),
        error_bound=ErrorBound(
            area_relative=AREA_RELATIVE,
            people_relative=(people.doubt / total if total > 0 else 0.0) if people else None,
            worst_point_km=worst_km,
            worst_point_min=worst_min,
        ),
        sources=[Source(**vars(source)) for source in inputs.sources],
        method=method_of(prepared, worst_min),
        warnings=warnings_of(sites, prepared, reached_km2),
    )
