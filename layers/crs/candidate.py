"""What recognition answers with: candidates in order, the one taken if any, the question left, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS

from layers.crs.identify import datum_of, key_of, system_matching
from layers.crs.readings import Score
from layers.crs.systems import System
from layers.model import Text

OUTLINE_POINTS = 200
Note = tuple[str, str, str]  # code, Chinese, English


@dataclass(frozen=True)
class Candidate:
    """One reading of the coordinates.

    ``key`` is ``EPSG:n``, or ``WKT`` where no code is certain: then ``crs`` is what to use. ``confidence`` runs from
    0 to 100, shares from 0 to 1 (``in_county`` None: no row declares a county). ``outline`` are up to 200 of the points
    as ``[lon, lat]`` to draw on a map.
    """

    key: str
    title: Text
    swapped: bool
    datum: str
    confidence: int
    in_province: float
    in_county: float | None
    evidence: Text
    outline: list[list[float]]
    crs: CRS = field(repr=False, compare=False)
    lon: NDArray[np.float64] = field(repr=False, compare=False)
    lat: NDArray[np.float64] = field(repr=False, compare=False)


@dataclass(frozen=True)
class Recognition:
    """The answer. ``candidates`` best first; ``chosen`` is one of them, or None while ``question`` is open."""

    candidates: list[Candidate]
    chosen: Candidate | None
    question: str | None
    notes: list[Note]


def candidate(system: System, score: Score, confidence: int) -> Candidate:
    """Return a system of the province as a candidate."""
    return _made(system.crs(), system.key, system.title, system.datum, score, confidence)


def declared_candidate(crs: CRS, score: Score, confidence: int) -> Candidate:
    """Return the declared system as a candidate."""
    system = system_matching(crs)
    datum = datum_of(crs) or (crs.datum.name if crs.datum else "?")
    title = system.title if system else Text(crs.name, crs.name)
    return _made(crs, key_of(crs), title, datum, score, confidence)


def _made(crs: CRS, key: str, title: Text, datum: str, score: Score, confidence: int) -> Candidate:
    return Candidate(
        key,
        title,
        score.swapped,
        datum,
        confidence,
        score.in_province,
        score.in_county,
        _evidence(score),
        _outline(score),
        crs,
        score.lon,
        score.lat,
    )


def _evidence(score: Score) -> Text:
    zh, en = f"{score.in_province:.0%} 的点在省内", f"{score.in_province:.0%} of the points in the province"
    if score.in_county is not None:
        zh += f"，{score.in_county:.0%} 与所填县代码相符"
        en += f", {score.in_county:.0%} in the county their row declares"
    if score.swapped:
        zh, en = f"坐标轴互换后，{zh}", f"with axes swapped, {en}"
    return Text(zh, en)


def _outline(score: Score) -> list[list[float]]:
    with np.errstate(invalid="ignore"):
        on_earth = np.flatnonzero((np.abs(score.lon) <= 180) & (np.abs(score.lat) <= 90))
    some = on_earth[:: max(1, -(-len(on_earth) // OUTLINE_POINTS))]
    return [[round(float(score.lon[i]), 7), round(float(score.lat[i]), 7)] for i in some]
