"""How the coordinates of a load are read: the system is recognised, or a person is asked."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg import sql
from pyproj import CRS
from sqlalchemy import Connection

from etl.loads.counties import Counties, county_shapes, served_counties
from etl.loads.mapping import Mapping
from etl.loads.profile import Profile
from etl.loads.questions import option, question
from etl.loads.record import Load
from etl.loads.sqltools import run, stage_table
from etl.sources.model import Finding
from layers.crs.identify import key_of, parse_crs
from layers.crs.operation import Accepted, DatumShift, Operation
from layers.crs.recognise import PASS_SHARE, Candidate, Places, Recognition, recognise
from layers.errors import BadInput
from layers.kinds.vector import VectorLayer
from layers.region import BOX
from layers.registry import Registry

logger = logging.getLogger("riskmap")
MOST_SAMPLES = 2000
WIDE_STEP = 100
SHOWN_CANDIDATES = 6


@dataclass
class Sample:
    """Places of up to 2,000 rows in the coordinates of the file, with the county code that each row declares."""

    x: np.ndarray
    y: np.ndarray
    codes: list[str] | None


class KnownPlaces:
    """The counties that coordinates are judged by; read once per version of them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._kept: tuple[str | None, Places] | None = None
        self.staged: Counties | None = None
        """Counties of a load that will be committed together with those it is used for."""

    def counties(self, connection: Connection) -> Counties | None:
        """Return the table of counties to go by, None when none are loaded."""
        return self.staged or served_counties(connection, self._registry)

    def places(self, connection: Connection) -> Places:
        """Return the counties; without any, the box of the province decides."""
        counties = self.counties(connection)
        name = counties.version if counties else None
        if self._kept is None or self._kept[0] != name:
            found = county_shapes(connection, counties) if counties else ([], [])
            self._kept = (name, Places(*found))
        return self._kept[1]


def read_coordinates(
    connection: Connection,
    load: Load,
    layer: VectorLayer,
    mapping: Mapping,
    known: KnownPlaces,
    offsets: bool,
) -> Operation | None:
    """Decide how the staged coordinates become degrees, and note it in the load; None when a question is open.

    ``offsets``: an administrator has allowed GCJ-02 and BD-09 to be converted.
    """
    assert load.facts is not None  # noqa: S101 - staged loads have facts
    profile = load.profile
    if (
        load.kind == "fix" and load.operation is not None
    ):  # a few rows cannot be judged anew: as the first load's
        return Operation.from_json(load.operation)
    sample = _sample(connection, load, layer, mapping)
    declared = _declared(load)
    found = recognise(
        sample.x,
        sample.y,
        declared=declared,
        county_codes=sample.codes,
        places=known.places(connection),
        data_datum=profile.data_datum,
    )
    chosen = _given(profile, declared, found) or found.chosen or _wider(layer, declared, found)
    load.reading = _with_earlier(described(found, chosen), load.reading)
    load.findings = [f for f in load.findings if f.where.get("step") != "crs"] + [
        Finding(code, "warning" if code in _GRAVE else "info", zh, en, {"step": "crs"})
        for code, zh, en in found.notes
    ]
    if chosen is not None:
        return _plan(load, chosen.crs, chosen.swapped, offsets)
    if not found.candidates and _key_of(declared) is not None:
        # no row has a place to judge the declaration by: it stands, and each row says what is wrong with it
        return _plan(load, parse_crs(declared or ""), profile.swap_axes == "yes", offsets)
    load.questions = [*load.questions, _question(found)]
    return None


_GRAVE = {"offset_suspected", "label_contradicted", "axis_swapped"}


def _sample(connection: Connection, load: Load, layer: VectorLayer, mapping: Mapping) -> Sample:
    step = max(1, load.rows_in // MOST_SAMPLES)
    share = (
        100 if step < WIDE_STEP else 10
    )  # of a large table every tenth page is read, and more of its rows taken
    area = next((s.column for s in mapping.sources if s.field.area_code and s.column is not None), None)
    column = (
        sql.SQL("NULL::text") if area is None else sql.SQL("{}::text").format(sql.Identifier(f"c{area + 1}"))
    )
    rows = run(
        connection,
        sql.SQL(
            "SELECT _wkb, {} FROM {} TABLESAMPLE SYSTEM ({}) REPEATABLE (1)"
            " WHERE _row % {} = 0 AND _wkb IS NOT NULL ORDER BY _row LIMIT {}"
        ).format(
            column,
            stage_table("raw", load.id),
            sql.Literal(share),
            sql.Literal(step * share // 100),
            sql.Literal(MOST_SAMPLES),
        ),
    ).fetchall()
    shapes = shapely.from_wkb(np.array([bytes(row[0]) for row in rows], dtype=object))
    middle = shapely.centroid(shapes)
    x, y = shapely.get_x(middle), shapely.get_y(middle)
    good = np.isfinite(x) & np.isfinite(y)
    codes = [(row[1] or "").strip().removesuffix(".0") for row, ok in zip(rows, good, strict=True) if ok]
    return Sample(x[good], y[good], codes if area is not None and any(codes) else None)


def _declared(load: Load) -> str | None:
    """Return what the file says of its system; the officer's word where it says nothing or is overruled."""
    assert load.facts is not None  # noqa: S101 - staged loads have facts
    said = load.facts.crs_wkt or None
    return load.profile.crs if load.profile.crs and (load.profile.force_crs or not said) else said


def _key_of(declared: str | None) -> str | None:
    """Return the key of a declared system, None where there is none that can be read."""
    try:
        return key_of(parse_crs(declared)) if declared else None
    except BadInput:
        return None


def _given(profile: Profile, declared: str | None, found: Recognition) -> Candidate | None:
    """Return the reading that a person has chosen outright: the system, the order of its axes, or both.

    Where only the order is given, the system is the declared one, or the one that is recognised beyond doubt.
    """
    forced, order = bool(profile.force_crs and profile.crs), profile.swap_axes
    if not forced and order == "auto":
        return None
    key = _key_of(declared)
    wanted = [c for c in found.candidates if order == "auto" or c.swapped == (order == "yes")]
    if found.chosen in wanted and key in (None, found.chosen.key):
        return found.chosen
    fitting = [c for c in wanted if key is not None and c.key == key]
    return min(fitting, key=lambda c: c.swapped, default=None)


def _wider(layer: VectorLayer, declared: str | None, found: Recognition) -> Candidate | None:
    """Return the declared system for a layer that reaches beyond the province, where it puts the points into the layer.

    The province is no measure for the land of half a continent; the layer's own extent is.
    """
    key = _key_of(declared)
    if key is None or layer.extent == BOX:
        return None
    west, south, east, north = layer.extent
    for c in found.candidates:
        inside = (c.lon >= west) & (c.lon <= east) & (c.lat >= south) & (c.lat <= north)
        if c.key == key and not c.swapped and inside.size and inside.mean() >= PASS_SHARE:
            return c
    return None


def _plan(load: Load, crs: CRS, swapped: bool, offsets: bool) -> Operation | None:
    profile = load.profile
    shift: DatumShift | Accepted | None = None
    if profile.shift is not None:
        given = profile.shift
        if given.accepted:
            shift = Accepted(by=load.person or "?", reason=given.accepted)
        else:
            shift = DatumShift(**given.model_dump(exclude={"accepted"}))
    try:
        operation = Operation.plan(
            crs, swapped=swapped, shift=shift, offset=profile.offset, offset_allowed=offsets
        )
    except BadInput as error:
        if error.code != "datum_no_shift":
            raise
        load.questions = [*load.questions, _shift_question(error)]
        return None
    if operation.offset is not None:
        logger.warning("load %s (%s): %s, asked for by %r", load.id, load.file, operation.text, load.person)
    load.operation = operation.as_json()
    if load.reading is not None:
        load.reading["operation"] = operation.said.as_json()
    return operation


def _question(found: Recognition) -> dict[str, Any]:
    code = found.question or "crs_unknown"
    options = [_answer(code, c) for c in found.candidates[:SHOWN_CANDIDATES]]
    zh, en = _QUESTIONS.get(code, _QUESTIONS["crs_unknown"])
    return question(code, "data_datum" if code == "datum_undeclared" else "crs", zh, en, options)


def _answer(code: str, candidate: Candidate) -> dict[str, Any]:
    title = candidate.title
    if code == "datum_undeclared":
        return option(
            {"data_datum": candidate.datum},
            f"{candidate.datum}（{title.zh}）",
            f"{candidate.datum} ({title.en})",
        )
    turned = ("，坐标轴互换", ", axes swapped") if candidate.swapped else ("", "")
    name = candidate.key if candidate.key != "WKT" else candidate.crs.to_wkt()
    patch = {"crs": name, "force_crs": True, "swap_axes": "yes" if candidate.swapped else "no"}
    share = f"{candidate.in_province:.0%}"
    return option(
        patch,
        f"{title.zh}（{candidate.key}{turned[0]}；{share} 的点在省内）",
        f"{title.en} ({candidate.key}{turned[1]}; {share} of the points in the province)",
    )


ACCEPTED = "基准转换未知，偏差可达约 100 m，接受 / the shift is not known and may be 100 m; accepted"
"""Stays on record as it is."""
_QUESTIONS = {
    "crs_unknown": (
        "文件没有坐标系，坐标也不像任何已知的坐标系；请写明（如 EPSG:4549）",
        "the file has no coordinate system and its numbers fit none that is known; name it (e.g. EPSG:4549)",
    ),
    "crs_ambiguous": (
        "坐标符合多个坐标系，请选定一个",
        "the numbers fit several coordinate systems; choose one",
    ),
    "crs_low_confidence": (
        "坐标系的判断不够可靠，请确认",
        "the coordinate system is not certain enough; confirm it",
    ),
    "datum_undeclared": (
        "文件没有 .prj，坐标值无法区分大地基准；请选定",
        "the file has no .prj, and numbers cannot tell the datum; choose it",
    ),
}


def _shift_question(error: BadInput) -> dict[str, Any]:
    return question(
        "datum_no_shift",
        "shift",
        f"{error.zh}",
        f"{error.en}",
        [
            option(
                {"shift": {"accepted": ACCEPTED}},
                "接受未知的基准偏差（可达约 100 m），并记录在案",
                "accept the unknown shift (up to about 100 m), on record",
            )
        ],
    )


def _with_earlier(reading: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    """Keep the candidates of an earlier reading behind the new ones, so that a choice can still be compared."""
    shown = reading["candidates"]
    known = {(c["key"], c["swapped"]) for c in shown}
    more = [c for c in (earlier or {}).get("candidates", []) if (c["key"], c["swapped"]) not in known]
    return {**reading, "candidates": [*shown, *more][:SHOWN_CANDIDATES]}


def described(found: Recognition, chosen: Candidate | None) -> dict[str, Any]:
    """Return a recognition as the page shows it: the best candidates, the chosen one among them, and the notes."""
    shown = found.candidates[:SHOWN_CANDIDATES]
    if chosen is not None and chosen not in shown:
        shown = [chosen, *shown[:-1]]
    return {
        "chosen": shown.index(chosen) if chosen is not None else None,
        "candidates": [
            {
                "key": c.key,
                "title": c.title.as_json(),
                "swapped": c.swapped,
                "datum": c.datum,
                "confidence": c.confidence,
                "in_province": c.in_province,
                "in_county": c.in_county,
                "evidence": c.evidence.as_json(),
                "outline": [[round(v, 6) for v in p] for p in c.outline],
            }
            for c in shown
        ],
        "notes": [
            {
                "code": code,
                "severity": "warning" if code in _GRAVE else "info",
                "zh": zh,
                "en": en,
                "where": {},
            }
            for code, zh, en in found.notes
        ],
        "operation": None,
    }
