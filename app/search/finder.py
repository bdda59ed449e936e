"""One search over everything that has a name: which rows match a typed text, how well, and in what order they come."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, func, literal, select

from app.catalogue import Catalogue
from app.search.index import Ints, Names
from app.search.match import (
    BEGINNING,
    INSIDE,
    LONGEST_WITH_SLIP,
    LOSS,
    MATCHES,
    MOST_SPELT,
    SHORTEST_SPELT_SLIP,
    WHOLE,
    Match,
    Matches,
)
from app.search.pinyin import plain, readings_of
from app.search.whole import begins
from layers.crs.places import Places
from layers.crs.typed import TypedPlace, read_typed
from layers.errors import BadInput
from layers.geo import Positions, distances_m
from layers.kinds.vector import VectorLayer
from layers.store import LayerVersion
from layers.visible import without_unseen

ADMIN = "admin"  # the role of the layer of administrative areas
MOST_TERMS = 6
KEPT_VERSIONS = 2
MOST_SPLITS = 4
IN_VAIN = 3
SUFFIX = re.compile("(街道|镇|乡|村|社区)$")
NO_GRADE = 9
SURE: tuple[Match, ...] = ("name", "code", "english", "area")
MOST_MEANT = 3
NEAR_KM, NEAR_WORTH = 20.0, 6.0
LARGER_WORTH = 1.5  # per digit that its code is shorter: 杭州市 before 黄泽 for "hz"


@dataclass(frozen=True)
class Hit:
    """One object: where it is (degrees), what it is called, how it was found, and where its area is."""

    layer: str
    key: str
    name: str
    name_en: str | None
    areas: tuple[str, ...]
    lon: float
    lat: float
    grade: int | None
    match: Match
    score: float


@dataclass(frozen=True)
class Found:
    """The answer: readings as a coordinate, objects best first, how many there are, whether words were left out
    (``cut``), and the versions that were read."""

    readings: list[TypedPlace]
    fault: BadInput | None
    hits: list[Hit]
    total: int
    about: bool
    cut: bool
    versions: dict[str, str]


@dataclass
class Finder:
    """Searches the layers of a catalogue. Names are read once per version and kept; the last two versions stay."""

    catalogue: Catalogue
    _names: dict[tuple[str, str], Names] = field(default_factory=dict)
    _places: tuple[str, Places] = field(default_factory=lambda: ("", Places()))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, text: str, *, limit: int, near: tuple[float, float] | None, day: date | None) -> Found:
        """Search for what somebody typed; ``near`` (degrees) lets the nearer of two equals come first."""
        typed = without_unseen(text).strip()
        versions = {i: v for i, v in self.catalogue.at(day).items() if self._weight(i)}
        places = self.places(versions)
        fault, readings = None, []
        try:
            readings = read_typed(typed, places)
        except BadInput as error:
            fault = error
        words = [one for one in map(plain, typed.split()) if one]
        terms, asked = words[:MOST_TERMS], Matches()
        hits: list[Hit] = []
        total, about = 0, False
        if terms and not readings and fault is None:
            hits, total = self._search(asked, terms, versions, limit, near, slips=False)
            is_whole = bool(hits)
            for split in self._splits(asked, terms, versions) if not hits else ():
                hits, total = self._search(asked, split, versions, limit, near, slips=False)
                if hits:
                    break
            about = not hits
            hits, total = self._with_slips(
                asked, terms, versions, limit, near, hits, total, is_whole=is_whole
            )
        served = {i: v.version for i, v in versions.items()}
        return Found(readings, fault, hits, total, about and bool(hits), len(words) > len(terms), served)

    def _with_slips(
        self,
        asked: Matches,
        terms: Sequence[str],
        versions: dict[str, LayerVersion],
        limit: int,
        near: tuple[float, float] | None,
        hits: list[Hit],
        total: int,
        *,
        is_whole: bool,
    ) -> tuple[list[Hit], int]:
        """Allow for slips where nothing was found as typed, or only what the letters of a word may begin.

        Letters that begin no name in whole syllables, or do so cut in two (not ``is_whole``), are as likely a slip:
        areas named but for one come before what they may begin, and where that is little, all that is a slip away
        follows it.
        """
        word = "".join(terms)
        is_open = not is_whole and word.isascii()
        first = [] if is_open else [hit for hit in hits if hit.match in SURE or begins(hit.name, word)]
        meant = self._areas_meant(word, versions) if word.isascii() else []
        if not first and len(hits) < limit and (not hits or len(word) >= SHORTEST_SPELT_SLIP):
            about, more = self._search(asked, terms, versions, limit, near, slips=True)
            hits, total = [*hits, *about], max(total, more)
        merged: dict[tuple[str, str], Hit] = {}
        for hit in (*first, *meant, *hits):
            merged.setdefault((hit.layer, hit.key), hit)
        return [*merged.values()][:limit], max(total, len(merged))

    def _areas_meant(self, word: str, versions: dict[str, LayerVersion]) -> list[Hit]:
        """Return the areas that a word of letters names whole but for one slip, the larger first."""
        layer = self._areas_layer()
        version = versions.get(layer.id) if layer else None
        if layer is None or version is None:
            return []
        names = self._read(layer, version)
        rows = sorted(names.by_whole_name.near(word), key=lambda row: len(names.areas[row]))[:MOST_MEANT]
        areas = self._area_names(versions)
        return [_hit(layer.id, names, row, "slip", WHOLE - LOSS["slip"], areas) for row in rows]

    def _splits(
        self, asked: Matches, terms: Sequence[str], versions: dict[str, LayerVersion]
    ) -> list[list[str]]:
        """Cut a word that begins with names of areas: 浙江省杭州市西湖区转塘街道 is 转塘 in 西湖区.

        In the data the word 街道 is rarely part of the name.
        """
        if len(terms) != 1 or len(terms[0]) > LONGEST_WITH_SLIP:
            return []
        word = terms[0]
        cuts = [
            self._peeled(asked, one, versions) for one in dict.fromkeys((word, SUFFIX.sub("", word))) if one
        ]
        return [one for one in cuts if one != [word]]

    def _peeled(self, asked: Matches, word: str, versions: dict[str, LayerVersion]) -> list[str]:
        """Take names of areas off the front of a word; of those found the last two narrow the search enough."""
        found, rest = [], word
        for _ in range(MOST_SPLITS):
            cut = self._longest_area(asked, rest, versions)
            if not cut:
                break
            found.append(rest[:cut])
            rest = rest[cut:]
        return [*found[-2:], rest]

    def _longest_area(self, asked: Matches, word: str, versions: dict[str, LayerVersion]) -> int:
        """Return how many letters at the front of a word name an area, at most; 0 for none.

        What begins the name of an area does so with a letter less too, but for codes and a few ways to cut pinyin: some
        letters in vain, and no more are tried.
        """
        longest, most = 0, IN_VAIN if word.isalpha() else len(word)
        for n in range(2, len(word)):
            if self._names_area(asked, word[:n], versions):
                longest = n
            elif n - max(longest, 1) >= most:
                break
        return longest

    def _names_area(self, asked: Matches, word: str, versions: dict[str, LayerVersion]) -> bool:
        codes = self._areas_of(asked, word, versions)
        return codes is not None and codes.size > 0

    def warm(self) -> None:
        """Read the names of what is served, ahead of the first search."""
        versions = {i: v for i, v in self.catalogue.current().items() if self._weight(i)}
        self.places(versions).inside(np.array([120.0]), np.array([29.0]))
        self._areas_meant("warm", versions)
        for layer_id, version in versions.items():
            names = self._read(self.catalogue.registry.vector(layer_id), version)
            spelt = names.by_spelling if len(names.keys) <= MOST_SPELT else None
            for texts in (names.by_name, names.by_code, names.by_english, spelt):
                if texts is not None:
                    texts.find(readings_of("a")[0])

    def places(self, versions: dict[str, LayerVersion]) -> Places:
        """Return the counties that places are judged by."""
        layer = self._areas_layer()
        version = versions.get(layer.id) if layer else None
        if layer is None or version is None:
            return Places()
        if self._places[0] != version.version:
            table = layer.table(str(version.table_name))
            query = select(table.c[layer.key], func.ST_AsBinary(table.c.geom)).where(
                table.c.level == "county"
            )
            with self.catalogue.engine.connect() as connection:
                rows = connection.execute(query).all()
            shapes = shapely.from_wkb([bytes(row[1]) for row in rows])
            self._places = (version.version, Places([row[0] for row in rows], shapes))
        return self._places[1]

    def _weight(self, layer_id: str) -> int:
        layer = self.catalogue.registry[layer_id]
        return layer.findable if isinstance(layer, VectorLayer) else 0

    def _areas_layer(self) -> VectorLayer | None:
        layers = (x for x in self.catalogue.registry.values() if isinstance(x, VectorLayer))
        return next((x for x in layers if x.role == ADMIN), None)

    def _search(
        self,
        asked: Matches,
        terms: Sequence[str],
        versions: dict[str, LayerVersion],
        limit: int,
        near: tuple[float, float] | None,
        *,
        slips: bool,
    ) -> tuple[list[Hit], int]:
        areas = self._area_names(versions)
        inside = [self._areas_of(asked, term, versions) if len(terms) > 1 else None for term in terms]
        hits: list[Hit] = []
        total = 0
        for layer_id, version in versions.items():
            names = self._read(self.catalogue.registry.vector(layer_id), version)
            score = np.zeros(len(names.keys))
            match: Ints = np.zeros(len(names.keys), dtype=np.int64)
            fits = np.ones(len(names.keys), dtype=np.bool_)
            own = np.zeros(len(names.keys), dtype=np.bool_)
            for term, codes in zip(terms, inside, strict=True):
                one = asked.of(names, term, slips=slips)
                own |= one.score > 0
                if codes is not None and codes.size:
                    there = _lies_in(names.areas, codes) & (one.score <= 0)
                    one.score[there], one.match[there] = INSIDE - LOSS["area"], MATCHES.index("area")
                fits &= one.score > 0
                better = one.score > score
                score += one.score / len(terms)
                match = np.where(better & (one.match != MATCHES.index("area")), one.match, match)
            rows = np.flatnonzero(fits & own)
            total += len(rows)
            if rows.size:
                rank = score[rows] + self._worth(layer_id, names, rows, near)
                best = rows[np.argsort(-rank, kind="stable")[:limit]]
                ranks = np.sort(-rank, kind="stable")[:limit]
                hits += [
                    _hit(layer_id, names, int(row), MATCHES[int(match[row])], -float(r), areas)
                    for row, r in zip(best, ranks, strict=True)
                ]
        hits.sort(key=lambda hit: -hit.score)
        return hits[:limit], total

    def _worth(
        self, layer_id: str, names: Names, rows: Ints, near: tuple[float, float] | None
    ) -> NDArray[np.float64]:
        """What lifts one of two equal matches: the layer, a grave grade, a short name, being near."""
        worth = self._weight(layer_id) + 0.5 * (NO_GRADE - names.grade[rows]) / NO_GRADE
        worth = worth - 0.1 * np.minimum(names.by_name.lengths[rows], 40)
        if layer_id == getattr(self._areas_layer(), "id", None):
            worth = worth + LARGER_WORTH * (9 - np.char.str_len(names.areas[rows]))
        if near is not None:
            away = distances_m(near[0], near[1], Positions.of(names.lon[rows], names.lat[rows]))
            worth = worth + NEAR_WORTH * np.exp(-away / 1000 / NEAR_KM)
        return np.asarray(worth, dtype=np.float64)

    def _area_names(self, versions: dict[str, LayerVersion]) -> dict[str, str]:
        layer = self._areas_layer()
        version = versions.get(layer.id) if layer else None
        if layer is None or version is None:
            return {}
        names = self._read(layer, version)
        return dict(zip(names.keys, names.names, strict=True))

    def _areas_of(
        self, asked: Matches, term: str, versions: dict[str, LayerVersion]
    ) -> NDArray[np.str_] | None:
        """The codes of the areas a term names: 镇海 in "镇海 储罐" is a county, and what lies in it is meant."""
        layer = self._areas_layer()
        version = versions.get(layer.id) if layer else None
        if layer is None or version is None:
            return None
        names = self._read(layer, version)
        scores = asked.of(names, term)
        rows = np.flatnonzero(scores.score >= BEGINNING - LOSS["pinyin"])
        return np.array([_stem(names.keys[int(row)]) for row in rows], dtype=np.str_)

    def _read(self, layer: VectorLayer, version: LayerVersion) -> Names:
        key = (layer.id, version.version)
        if key not in self._names:
            with self._lock, self.catalogue.engine.connect() as connection:
                if key not in self._names:
                    self._names[key] = read_names(connection, layer, version)
                    mine = [one for one in self._names if one[0] == layer.id]
                    for old in mine[:-KEPT_VERSIONS]:
                        del self._names[old]
        return self._names[key]


def read_names(connection: Connection, layer: VectorLayer, version: LayerVersion) -> Names:
    """Read the names of one version."""
    table = layer.table(str(version.table_name))
    place = table.c.geom if layer.shape == "point" else func.ST_PointOnSurface(table.c.geom)
    none = literal(None)
    english = table.c.name_en if "name_en" in table.c else none
    code = next((f.name for f in layer.fields if f.area_code), layer.key if layer.role == ADMIN else None)
    area = table.c[code] if code else none
    grade = table.c.grade if "grade" in table.c else none
    query = select(
        table.c[layer.key],
        table.c[layer.title_field],
        english,
        area,
        func.ST_X(place),
        func.ST_Y(place),
        grade,
    )
    columns: list[tuple[Any, ...]] = list(zip(*connection.execute(query).all(), strict=True)) or [()] * 7
    keys, names, english_names, areas, lon, lat, grades = columns
    return Names(
        keys=keys,
        names=[name or key for name, key in zip(names, keys, strict=True)],
        english=english_names,
        areas=np.array([_stem(one or "") for one in areas], dtype=np.str_),
        lon=np.array(lon, dtype=np.float64),
        lat=np.array(lat, dtype=np.float64),
        grade=np.array([NO_GRADE if one is None else one for one in grades], dtype=np.int64),
    )


def _stem(code: str) -> str:
    """The part of an area's code that the codes of all within it begin with."""
    short = code[:6]
    if short.endswith("0000"):
        return short[:2]
    return short[:4] if short.endswith("00") else code if len(code) > 6 else short


def _lies_in(areas: NDArray[np.str_], codes: NDArray[np.str_]) -> NDArray[np.bool_]:
    found = np.zeros(len(areas), dtype=np.bool_)
    for code in codes.tolist():
        found |= np.char.startswith(areas, code)
    return found


def _hit(layer_id: str, names: Names, row: int, match: Match, score: float, areas: dict[str, str]) -> Hit:
    code, grade = str(names.areas[row]), int(names.grade[row])
    stem = code[:6].ljust(6, "0")
    chain = [f"{stem[:4]}00", *([stem] if len(code) >= 6 else []), *([code] if len(code) > 6 else [])]
    return Hit(
        layer=layer_id,
        key=names.keys[row],
        name=names.names[row],
        name_en=names.english[row],
        areas=tuple(areas[one] for one in chain if one in areas and one != names.keys[row]),
        lon=float(names.lon[row]),
        lat=float(names.lat[row]),
        grade=None if grade == NO_GRADE else grade,
        match=match,
        score=round(score, 3),
    )
