"""Answering everything about a place; lists, counts and sums come from the same rows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import RowMapping, text

from app.analysis.rows import aircraft_rows
from app.around.footprint import area_of, drawn
from app.around.params import AroundParams
from app.around.read import DEFECT, HAZARD, LANDING, SHELTER, TARGET, TEAM, Near, Reader, compass
from app.around.rescue import RADIUS_KM, RESPONSE_MIN, arrivals, check_call
from app.around.result import AroundAnswer
from app.around.shelters import choose
from app.around.teams import teams
from app.around.words import readings_of_place, summary
from app.catalogue import Catalogue
from app.fixes import STALE_S
from app.moments import day_of, moment_end
from app.positions import PositionStore
from app.risk.sheet import word
from layers.constants.model import Constants
from layers.constants.store import current_constants
from layers.errors import BadInput
from layers.exposure import persons_within
from layers.geo import Positions, area_m2, check_position, distances_m, geodesic_disc
from layers.grading.answer import NotGradable
from layers.grading.inventory import Substances, parse_inventory
from layers.kinds.vector import VectorLayer
from layers.model import Json, Text
from layers.region import BEIJING, BOX

RINGS_M = (500.0, 1000.0, 3000.0, 5000.0)
SHELTERS_M = 20_000.0
LANDING_M = MOVERS_M = TEAMS_M = 50_000.0
MOST_LANDING, MOST_MOVERS = 3, 5
ROUGH_DEGREES = 1e-5
"""About a metre: what an outline may give away before people are counted in it, who are known by the kilometre."""
NOBODY = Text("没有人口数据", "no population data")
ANY = Text("本灾种", "this hazard")


def run(params: AroundParams, catalogue: Catalogue, movers: PositionStore | None = None) -> AroundAnswer:
    """Answer a question about a place; ``movers`` are those on the road now.

    Raises:
        BadInput: the place is none, or far from the province (``not_finite``, ``position_out_of_range``,
            ``outside_region``), the call is not of these days (``bad_time``), or the footprint cannot be used
            (``bad_footprint``).
    """
    lon, lat = params.lon, params.lat
    check_position(lon, lat)
    if not (BOX[0] < lon < BOX[2] and BOX[1] < lat < BOX[3]):
        raise BadInput(
            f"{lat:.5f}, {lon:.5f} 远在本省之外",
            f"{lat:.5f}, {lon:.5f} lies far outside the province",
            code="outside_region",
        )
    check_call(params.called_at)
    footprint = area_of(lon, lat, params.footprint)
    with catalogue.engine.connect() as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        reader = Reader(catalogue, connection, params.at, (lon, lat))
        answer = _Answer(params, catalogue, reader, footprint, current_constants(connection), movers)
        return answer.build()


class _Answer:
    """One answer in the making."""

    def __init__(
        self,
        params: AroundParams,
        catalogue: Catalogue,
        reader: Reader,
        footprint: BaseGeometry,
        constants: Constants,
        movers: PositionStore | None,
    ) -> None:
        self._params, self._catalogue, self._reader = params, catalogue, reader
        self._footprint, self._constants = footprint, constants
        self._movers = movers
        self._now = datetime.now(BEIJING)
        self._then = min(moment_end(params.at) or self._now, self._now)

    def build(self) -> AroundAnswer:
        reader, params = self._reader, self._params
        areas = reader.areas()
        far = max(RINGS_M[-1], self._extent_m())
        hazards = reader.near(HAZARD, far, self._footprint)
        targets = reader.near(TARGET, far, self._footprint)
        people = self._people()
        stricken = self._stricken(people)
        found: Json = {
            "lon": params.lon,
            "lat": params.lat,
            "readings": readings_of_place(params.lon, params.lat),
            "at": params.at.isoformat() if params.at else None,
            "asked_at": self._now,
            "hazard": params.hazard,
            "inside": bool(areas),
            "nearest": None if areas else self._nearest(),
            "areas": areas,
            "zones": [self._zone(*one) for one in reader.zones()],
            "worst_zone": self._worst_zone(),
            "footprint": stricken,
            "rings": self._rings(hazards, targets, people),
            "hazards": self._hazards(hazards),
            "targets": self._targets(targets),
            "rescue": self._rescue(),
            "shelters": self._shelters(stricken["people"]),
            "sources": self._sources(),
            "missing": [one.as_json() for one in dict.fromkeys(reader.missing)],
        }
        found["summary"] = summary(found).as_json()
        return AroundAnswer.model_validate(found)

    def _nearest(self) -> Json | None:
        near = self._reader.nearest_county()
        if near is None:
            return None
        name, away, bearing = near
        return {"name": name, "distance_m": round(away, 1), "direction": compass(bearing).as_json()}

    def _extent_m(self) -> float:
        """How far the footprint reaches from the place."""
        corners = shapely.get_coordinates(self._footprint)
        away = distances_m(self._params.lon, self._params.lat, Positions.of(corners[:, 0], corners[:, 1]))
        return float(away.max())

    def _zone(self, layer: VectorLayer, row: RowMapping) -> Json:
        return {
            "layer": layer.id,
            "title": layer.title.as_json(),
            "key": row["code"],
            "name": row["name"],
            "name_en": row["name_en"],
            "grade": row["grade"],
            "word": word(row["grade"]),
            "because": {"zh": row["because"] or "", "en": row["because_en"] or ""},
            "overridden": bool(row["overridden"]),
            "graded_on": row["graded_on"],
        }

    def _worst_zone(self) -> Json | None:
        """The worst named zone that the footprint touches; of equals the smallest kind."""
        found = [
            self._zone(*one) for one in self._reader.zones(shapely.simplify(self._footprint, ROUGH_DEGREES))
        ]
        graded = [one for one in found if one["grade"] is not None and one["name"] != one["key"]]
        return min(reversed(graded), key=lambda one: int(one["grade"]), default=None)

    def _people(self) -> list[int | None]:
        """People inside the footprint and inside each ring."""
        found = self._reader.population()
        if found is None:
            return [None] * (1 + len(RINGS_M))
        discs = [geodesic_disc(self._params.lon, self._params.lat, metres) for metres in RINGS_M]
        shapes = shapely.simplify([self._footprint, *discs], ROUGH_DEGREES)
        persons = persons_within(found[1], shapes)
        return [None if np.isnan(one) else round(float(one)) for one in persons]

    def _stricken(self, people: list[int | None]) -> Json:
        found = self._reader.population()
        source = NOBODY
        if found is not None:
            version = found[2]
            when = version.source_date.year if version.source_date else "?"
            zh, _, en = version.source_name.partition(" / ")
            source = Text(f"约数，{zh}（{when}）", f"about, {en or zh} ({when})")
        return {
            "kind": self._params.footprint.kind,
            "geometry": drawn(self._footprint),
            "area_km2": round(area_m2(self._footprint) / 1e6, 4),
            "people": people[0],
            "people_source": source.as_json(),
        }

    def _rings(self, hazards: Near | None, targets: Near | None, people: list[int | None]) -> list[Json]:
        rings = []
        for metres, persons in zip(RINGS_M, people[1:], strict=True):
            n = hazards.within(metres) if hazards else 0
            grades = Counter(row["grade"] for row in hazards.rows[:n]) if hazards else Counter()
            rings.append(
                {
                    "within_m": metres,
                    "hazards": n,
                    "grades": [{"grade": g, "count": grades[g]} for g in (1, 2, 3, 4, None) if grades[g]],
                    "targets": targets.within(metres) if targets else 0,
                    "people": persons,
                }
            )
        return rings

    def _hazards(self, near: Near | None) -> Json:
        if near is None:
            return {"layer": None, "total": 0, "found": 0, "in_footprint": 0, "items": []}
        ring = np.searchsorted(RINGS_M, near.distance_m)
        grade = np.array([row["grade"] or 9 for row in near.rows], dtype=np.int64)
        order = np.lexsort((near.distance_m, grade, ring))[: self._params.most]
        overdue = self._overdue([near.rows[int(n)][near.layer.key] for n in order])
        kinds = near.layer.field("kind").choices or {}
        items = []
        for n in map(int, order):
            row = near.rows[n]
            items.append(
                {
                    **near.away(n),
                    "kind": kinds[row["kind"]].as_json() if row["kind"] in kinds else Text("", "").as_json(),
                    "grade": row["grade"],
                    "word": word(row["grade"]),
                    "gb18218_grade": row["gb18218_grade"],
                    "substances": self._substances(row["inventory"]),
                    "overdue": overdue.get(row[near.layer.key], 0),
                }
            )
        total, inside = near.within(RINGS_M[-1]), int(near.inside.sum())
        return {
            "layer": near.layer.id,
            "total": total,
            "found": len(near.rows),
            "in_footprint": inside,
            "items": items,
        }

    def _substances(self, inventory: str | None) -> list[Json]:
        if not inventory:
            return []
        try:
            lines = parse_inventory(inventory, Substances.of(self._constants))
        except NotGradable as error:
            return [Text(error.zh, error.en).as_json()]
        return [Text(f"{i.name.zh} {i.tonnes:g} 吨", f"{i.name.en} {i.tonnes:g} t").as_json() for i in lines]

    def _overdue(self, keys: list[str]) -> dict[str, int]:
        """Count the defects past their clock on some objects."""
        found = self._reader.by_role(DEFECT)
        if found is None or not keys:
            return {}
        layer, version = found
        return self._reader.overdue(layer, version, keys, day_of(self._params.at or self._now))

    def _targets(self, near: Near | None) -> Json:
        if near is None:
            return {
                "layer": None,
                "total": 0,
                "found": 0,
                "in_footprint": 0,
                "persons_in_footprint": 0,
                "items": [],
            }
        kinds = near.layer.field("kind").choices or {}
        first = sorted(range(len(near.rows)), key=lambda n: (not near.inside[n], near.distance_m[n]))
        items = [
            {
                **near.away(n),
                "kind": kinds[near.rows[n]["kind"]].as_json(),
                "persons": near.rows[n]["persons"],
            }
            for n in first[: self._params.most]
        ]
        inside = [row for row, is_in in zip(near.rows, near.inside, strict=True) if is_in]
        return {
            "layer": near.layer.id,
            "total": near.within(RINGS_M[-1]),
            "found": len(near.rows),
            "in_footprint": len(inside),
            "persons_in_footprint": sum(row["persons"] or 0 for row in inside),
            "items": items,
        }

    def _rescue(self) -> Json:
        landing = self._reader.near(LANDING, LANDING_M, self._footprint)
        found = self._reader.bases()
        called = self._params.called_at or self._now
        aircraft = aircraft_rows(self._catalogue.settings.aircraft_file)
        rows = [] if found is None else arrivals(self._reader, *found, called, aircraft)
        return {
            "response_min": RESPONSE_MIN,
            "radius_km": RADIUS_KM,
            "bases": rows,
            "teams": teams(self._reader.near(TEAM, TEAMS_M, self._footprint), self._params.hazard),
            "movers": self._near_movers(),
            "landing": []
            if landing is None
            else [landing.away(n) for n in range(len(landing.rows))][:MOST_LANDING],
        }

    def _near_movers(self) -> list[Json]:
        if self._movers is None:
            return []
        found = []
        moment = self._then if self._params.at else None
        place = self._params.lon, self._params.lat
        for fix, away in self._movers.nearest(*place, MOVERS_M, MOST_MOVERS, moment):
            bearing, _ = self._reader.direction(fix.lon, fix.lat)
            age = max(0.0, (self._then - fix.at).total_seconds())
            found.append(
                {
                    "id": fix.id,
                    "name": fix.name,
                    "kind": fix.kind,
                    "lon": fix.lon,
                    "lat": fix.lat,
                    "distance_m": round(away, 1),
                    "direction": compass(bearing).as_json(),
                    "age_s": round(age, 1),
                    "stale": age > STALE_S,
                }
            )
        return found

    def _shelters(self, need: int | None) -> Json:
        near = self._reader.near(SHELTER, SHELTERS_M, self._footprint)
        nothing: Json = {
            "layer": None,
            "need": need,
            "free": 0,
            "over": 0,
            "counted": 0,
            "searched_m": SHELTERS_M,
        }
        if near is None:
            return {**nothing, "enough_within_m": None, "items": [], "unfit": []}
        hazards, levels = near.layer.field("hazards").choices or {}, near.layer.field("level").choices or {}
        hazard = self._params.hazard
        rows = []
        for n, row in enumerate(near.rows):
            level = levels.get(row["level"])
            own = {name: row[name] for name in ("capacity", "occupied", "status", "phone", "hazards")}
            rows.append({**near.away(n), **own, "level": level.as_json() if level else None})
        chosen = choose(rows, need, hazard, hazards.get(hazard or "", ANY))
        for row in (*chosen.items, *chosen.unfit):
            row["why"] = row["why"].as_json()
            row["shortfall"] = row["shortfall"].as_json() if row["shortfall"] else None
        return nothing | {
            "layer": near.layer.id,
            "free": chosen.free,
            "over": chosen.over,
            "counted": chosen.counted,
            "enough_within_m": chosen.enough_within_m,
            "items": chosen.items,
            "unfit": chosen.unfit,
        }

    def _sources(self) -> list[Json]:
        return [
            {
                "layer": layer_id,
                "title": self._catalogue.registry[layer_id].title.as_json(),
                "version": version.version,
                "name": version.source_name,
                "date": version.source_date.isoformat() if version.source_date else None,
                "generated": version.generated,
            }
            for layer_id, version in self._reader.used.items()
        ]
