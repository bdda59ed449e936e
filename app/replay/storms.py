"""Storms at a moment: where each was, the way it had come, and how far its winds reached."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, RowMapping, Table, func, select

from app.catalogue import Catalogue
from app.replay.reach import Reach, drawn, feature, reaches
from layers.geo import GEOD
from layers.model import Json
from layers.storms import CATEGORIES, reach_name

ROLE = "storm_track"
MOST_STORMS = 100


def track_table(catalogue: Catalogue, at: datetime | None = None) -> Table | None:
    """Return the points of tracks as they were served at a moment, else as they are served now; None without any."""
    layer = next((one for one in catalogue.registry.values() if getattr(one, "role", None) == ROLE), None)
    if layer is None:
        return None
    version = (at and catalogue.at(at).get(layer.id)) or catalogue.current().get(layer.id)
    if version is None or version.table_name is None:
        return None
    return catalogue.registry.vector(layer.id).table(version.table_name)


def written(moment: datetime) -> str:
    """Return an instant as the layer writes it: UTC, so that texts are in the order of time."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def storms(connection: Connection, table: Table | None) -> list[Json]:
    """Return the storms with their first and last time, the latest first."""
    if table is None:
        return []
    ends = func.max(table.c.time)
    query = select(table.c.storm, func.max(table.c.name).label("name"), func.min(table.c.time).label("begins"),
                   ends.label("ends"))  # fmt: skip
    listed = query.group_by(table.c.storm).order_by(ends.desc(), table.c.storm).limit(MOST_STORMS)
    return [dict(row) for row in connection.execute(listed).mappings()]


def storms_at(connection: Connection, table: Table | None, at: datetime) -> Json:
    """Return GeoJSON of the storms that were there at a moment: ``disc`` (widest first) with ``arc``, ``way``, ``eye``.

    Between two points of a track the eye is on the geodesic, in proportion of time; wind, pressure and radii are
    those of the point before, for nothing later was known.
    """
    if table is None:
        return {"type": "FeatureCollection", "features": []}
    moment = written(at)
    alive = (
        select(table.c.storm)
        .group_by(table.c.storm)
        .having(func.min(table.c.time) <= moment, func.max(table.c.time) >= moment)
    )
    place = (func.ST_X(table.c.geom).label("lon"), func.ST_Y(table.c.geom).label("lat"))
    points = select(table, *place).where(table.c.storm.in_(alive)).order_by(table.c.storm, table.c.time)
    features: list[Json] = []
    for _, rows in groupby(connection.execute(points).mappings(), key=lambda row: row["storm"]):
        features += _storm(list(rows), at)
    return {"type": "FeatureCollection", "features": features}


def _storm(points: Sequence[RowMapping], at: datetime) -> list[Json]:
    moment = written(at)
    past = [point for point in points if point["time"] <= moment]
    last = past[-1]
    lon, lat = (
        _between(last, points[len(past)], at) if len(past) < len(points) else (last["lon"], last["lat"])
    )
    said = {name: last[name] for name in ("storm", "name", "category", "wind_mps", "pressure_hpa")}
    known = reaches(dict(last))
    winds = [part for reach in known for part in drawn((lon, lat), reach)]
    line = [[point["lon"], point["lat"]] for point in past] + [[lon, lat]]
    way = feature("way", {"type": "LineString", "coordinates": line})
    eye = {"type": "Point", "coordinates": [lon, lat]}
    radii = {reach_name(reach.grade): reach.furthest for reach in known}
    words = {**_labels(last), **_reach_words(known)}
    return [*winds, way, feature("eye", eye, known_at=last["time"], **said, **radii, **words)]


def _reach_words(known: Sequence[Reach]) -> dict[str, str]:
    """Return how far the winds reach, as the strip of the page says it."""
    words = [(reach.grade, reach.words()) for reach in known]
    return {
        "reach_zh": "，".join(f"{grade} 级风圈 {said['zh']}" for grade, said in words),
        "reach_en": ", ".join(f"grade {grade} {said['en']}" for grade, said in words),
    }


def _labels(point: RowMapping) -> dict[str, str]:
    """Return what stands beside the eye: name, category, wind."""
    kind = CATEGORIES.get(point["category"] or "")
    wind = f"{point['wind_mps']:g} m/s" if point["wind_mps"] else ""
    words = {"label_zh": kind.zh if kind else "", "label_en": kind.en if kind else ""}
    return {key: " ".join(filter(None, (point["name"], word, wind))) for key, word in words.items()}


def _between(before: RowMapping, after: RowMapping, at: datetime) -> tuple[float, float]:
    begins, ends = (datetime.fromisoformat(point["time"]) for point in (before, after))
    share = (at - begins) / (ends - begins)
    bearing, _, metres = GEOD.inv(before["lon"], before["lat"], after["lon"], after["lat"])
    lon, lat, _ = GEOD.fwd(before["lon"], before["lat"], bearing, metres * share)
    whole_turns = 360 * round((before["lon"] - lon) / 360)  # tracks go on beyond 180 degrees
    return round(lon + whole_turns, 6), round(lat, 6)
