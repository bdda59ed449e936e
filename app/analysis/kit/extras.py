"""What a coverage question may ask beside: bands of time, a wind rose, patients to hospital, help by road."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf, isfinite
from typing import Any

import numpy as np
import shapely

from app.analysis.coverage_result import Band, Ground, Rose, ToHospital, WindShare
from app.analysis.engine.demand import Demand
from app.analysis.engine.measures import covered
from app.analysis.engine.reach import Reach
from app.analysis.engine.signatures import histogram, place_bits
from app.analysis.kit.figures import share
from app.analysis.kit.flights import Site
from app.analysis.kit.geojson import collection, feature, geometry
from app.analysis.kit.prepare import Prepared
from app.analysis.model import GroundTimes, Hospital
from layers.geo import Floats, Positions, distances_m


def _shares(prepared: Prepared, reaches: Sequence[Reach]) -> tuple[float, float | None]:
    """Covered share of land (by cells) and of people."""

    def of(demand: Demand) -> float:
        found = histogram(demand, reaches)
        return share(covered(found.bits, found.total[:, 0]), float(demand.tile_weight.sum()))

    return of(prepared.land), of(prepared.people.demand) if prepared.people else None


def _varied(sites: Sequence[Site], **change: Any) -> list[Reach]:
    return [replace(site.reach, flight=replace(site.reach.flight, **change)) for site in sites]


def bands_of(prepared: Prepared, sites: Sequence[Site], steps_min: Sequence[float]) -> tuple[list[Band], Any]:
    """Shares within each time, and the areas between one and the next as GeoJSON; a radius does not limit them."""
    bands, areas = [], []
    before: shapely.Geometry = shapely.Polygon()
    last = 0.0
    for step in sorted(set(steps_min)):
        reaches = _varied(sites, response_s=step * 60, radius_m=inf)
        land, people = _shares(prepared, reaches)
        bands.append(Band(within_min=step, covered_share=land, covered_people_share=people))
        reached = shapely.union_all([reach.outline() for reach in reaches])
        shape = geometry(shapely.difference(reached, before))
        areas.append(feature(shape, {"from_min": last, "to_min": step}))
        before, last = reached, step
    return bands, collection(areas)


def rose_of(prepared: Prepared, sites: Sequence[Site]) -> Rose | None:
    """Coverage in each wind of the rose the sites were asked with, and the mean over it; None without a rose."""
    winds = sites[0].reach.flight.winds
    if len(winds) < 2:
        return None
    rows = []
    for wind in winds:
        land, people = _shares(prepared, _varied(sites, winds=(wind,)))
        rows.append(
            WindShare(
                speed_mps=wind.speed_mps,
                from_deg=wind.from_deg,
                share=wind.share,
                covered_share=land,
                covered_people_share=people,
            )
        )
    people_shares = [
        row.share * row.covered_people_share for row in rows if row.covered_people_share is not None
    ]
    return Rose(
        expected_share=sum(row.share * row.covered_share for row in rows),
        expected_people_share=sum(people_shares) if people_shares else None,
        winds=rows,
    )


def _patient_s(
    site: Site, points: Positions, hospitals: Sequence[Hospital], away: Sequence[Floats]
) -> Floats:
    """Seconds from the call until the patient is at the hospital that is best for this base; infinite: not at all.

    The aircraft flies home from the hospital; the endurance has to last for all legs. In wind the leg to the hospital
    is taken at the pace of its worst direction.
    """
    flight = site.reach.flight
    scene_s = site.reach.seconds(points)
    home = distances_m(
        site.lon, site.lat, Positions.of([h.lon for h in hospitals], [h.lat for h in hospitals])
    )
    pace = flight.slowest_pace
    best = np.full(len(points), np.inf)
    for leg_m, home_m in zip(away, home, strict=True):
        arrival_s = scene_s + flight.on_scene_s + flight.climb_s + leg_m * pace
        flown_s = arrival_s - flight.preparation_s + flight.climb_s + float(home_m) * pace
        np.minimum(best, np.where(flown_s <= flight.endurance_s, arrival_s, np.inf), out=best)
    return best


def hospital_of(
    prepared: Prepared, sites: Sequence[Site], hospitals: Sequence[Hospital], within_min: float
) -> ToHospital:
    """Share of land and people whose patient is at a hospital in time; cells by their centre."""

    def of(demand: Demand) -> tuple[float, float]:
        away = [distances_m(h.lon, h.lat, demand.points) for h in hospitals]
        first = np.full(len(demand), np.inf)
        for site in sites:
            np.minimum(first, _patient_s(site, demand.points, hospitals, away), out=first)
        slowest = max(site.reach.flight.slowest_pace for site in sites)
        near = np.abs(first - within_min * 60) <= 2 * slowest * demand.half_m
        total = float(demand.weight.sum())
        held = float(demand.weight[first <= within_min * 60].sum())
        return share(held, total), share(float(demand.weight[near].sum()), total)

    land, doubt = of(prepared.land)
    people = of(prepared.people.demand) if prepared.people else None
    return ToHospital(
        within_min=within_min,
        on_scene_min=sites[0].reach.flight.on_scene_s / 60,
        hospitals=len(hospitals),
        covered_share=land,
        covered_people_share=people[0] if people else None,
        doubt_share=max(doubt, people[1] if people else 0.0),
    )


def road_minutes(ground: GroundTimes, points: Positions) -> Floats:
    """Minutes by road to each place; infinite off the grid, where there is no data, and outside of all areas."""
    minutes = np.full(len(points), np.inf)
    if ground.grid is None:
        for within, shape in ground.areas:
            inside = np.asarray(shapely.intersects_xy(shape, points.lon, points.lat), dtype=np.bool_)
            minutes[inside] = np.minimum(minutes[inside], within)
        return minutes
    a, _, west, _, e, north = tuple(ground.grid.transform)[:6]
    column = np.floor((points.lon - west) / a).astype(int)
    row = np.floor((points.lat - north) / e).astype(int)
    rows, columns = ground.grid.persons.shape
    on = np.flatnonzero((row >= 0) & (row < rows) & (column >= 0) & (column < columns))
    found = ground.grid.persons[row[on], column[on]].astype(np.float64)
    known = np.isfinite(found) & (found >= 0)
    if ground.grid.nodata is not None:
        known &= found != ground.grid.nodata
    minutes[on[known]] = found[known]
    return minutes


def ground_of(prepared: Prepared, sites: Sequence[Site], ground: GroundTimes, within_min: float) -> Ground:
    """Share reached by road, and by the earlier of road and air."""

    def of(demand: Demand) -> tuple[float, float]:
        by_road = road_minutes(ground, demand.points) <= within_min
        by_air = place_bits(demand, [site.reach for site in sites]) != 0
        total = float(demand.weight.sum())
        return (
            share(float(demand.weight[by_road].sum()), total),
            share(float(demand.weight[by_road | by_air].sum()), total),
        )

    land = of(prepared.land)
    people = of(prepared.people.demand) if prepared.people else (None, None)
    return Ground(
        layer=ground.layer,
        ground_share=land[0],
        either_share=land[1],
        ground_people_share=people[0],
        either_people_share=people[1],
    )


def reach_range_m(site: Site) -> tuple[float, float]:
    """Shortest and longest reach over all directions, closed airspace apart."""
    flight = site.reach.flight
    angle = np.radians(np.arange(0.0, 360.0, 0.5))
    radii = flight.radii_m(angle, flight.out_s, flight.sortie_s)
    return float(radii.min()), float(radii.max() if isfinite(radii.max()) else 0.0)
