"""Which coordinate system do these numbers speak? Evidence, in this order: .prj, range, province, counties, a person.

Numbers can show a projection: its meridian, a zone prefix, swapped axes; Gauss-Krüger apart from UTM only where rows
declare their county. They can never show a datum (Xian 1980 lies 1.6 m off in these projections, Beijing 1954 60 m,
before any shift), nor prove GCJ-02 or BD-09: the one is asked for, the other reported as a suspicion. A declaration
that the numbers contradict is corrected only where one reading is left, and always noted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS

from layers.crs.candidate import Candidate, Note, Recognition, candidate, declared_candidate
from layers.crs.identify import datum_of, declared_shift, key_of, parse_crs, system_matching
from layers.crs.offset import offset_note
from layers.crs.places import Places
from layers.crs.readings import Numbers, Score, clearly_fewer
from layers.crs.systems import CURRENT_DATUMS, DATUM_TITLES, System, sister
from layers.errors import BadInput
from layers.region import BOX

__all__ = ["Candidate", "Note", "Places", "Recognition", "recognise"]

MOST_SAMPLES = 2000
PASS_SHARE = 0.97  # of the points in the province: a reading that can be taken
JUNK_SHARE, RIVAL_SHARE = 0.8, 0.5  # with some junk among the rows: enough, if no rival comes near
COUNTY_SHARE = 0.9  # of the points in the county their row declares
CONTRADICTED_SHARE = 0.7
GK_DATUMS = ("CGCS2000", "Xian80", "Beijing54")


def recognise(
    x: ArrayLike,
    y: ArrayLike,
    *,
    declared: str | None,
    county_codes: Sequence[str | None] | None = None,
    places: Places,
    data_datum: str | None = None,
) -> Recognition:
    """Recognise the system of sampled coordinates (x: the file's first, usually east; any order of magnitude).

    ``declared`` is EPSG:n, WKT or the content of a .prj; ``county_codes`` go with the points; ``data_datum`` is what
    the officer or the profile says of the datum where the file says nothing. ``question`` is None where ``chosen`` can
    be used as it is, else one of ``crs_unknown``, ``crs_ambiguous``, ``crs_low_confidence``, ``datum_undeclared`` (no
    choice is made) and ``datum_no_shift`` (``chosen`` needs seven parameters or an acceptance).
    """
    numbers, notes = _numbers(x, y, county_codes, places)
    crs = None
    if declared and declared.strip():
        try:
            crs = parse_crs(declared)
        except BadInput as error:
            notes.append(("crs_unreadable", error.zh, error.en))
    if not numbers.x.size:
        return Recognition([], None, "crs_unknown", notes)
    if crs is None:
        found = _from_numbers(numbers, data_datum)
    else:
        notes += _declaration_notes(declared or "", crs)
        found = _from_declaration(numbers, crs, data_datum)
    if found.chosen is not None and numbers.judge is not None:
        best = found.chosen
        suspicion = offset_note(best.lon, best.lat, numbers.judge)
        notes += [suspicion] if suspicion is not None else []
    question = found.question
    if found.chosen is not None and found.chosen.datum not in CURRENT_DATUMS:
        question = "datum_no_shift"
    return Recognition(found.candidates, found.chosen, question, [*notes, *found.notes])


def _numbers(
    x: ArrayLike, y: ArrayLike, codes: Sequence[str | None] | None, places: Places
) -> tuple[Numbers, list[Note]]:
    """Return at most 2,000 usable points; 0/0 is the way files write "none"."""
    xs, ys = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    finite = np.isfinite(xs) & np.isfinite(ys)
    zero = (xs == 0) & (ys == 0)
    kept = np.flatnonzero(finite & ~zero)
    kept = kept[:: max(1, -(-len(kept) // MOST_SAMPLES))]
    notes: list[Note] = []
    if zero.any():
        n = int(zero.sum())
        notes.append(
            (
                "zero_coordinates",
                f"样本中有 {n} 个点坐标为 0,0，不作依据",
                f"{n} sampled points are 0,0; ignored",
            )
        )
    judge = places.judge([codes[int(i)] for i in kept]) if codes is not None else None
    return Numbers(xs[kept], ys[kept], places, judge), notes


def _from_numbers(numbers: Numbers, data_datum: str | None) -> Recognition:
    """Read numbers that come without a declaration."""
    scores = numbers.of_forms()
    fitting = _fitting(scores, numbers)
    if not scores:
        if bool(((np.abs(numbers.x) <= 180) & (np.abs(numbers.y) <= 90)).all()):
            outside = numbers.of_declared(parse_crs("EPSG:4490"), None, False)
            one = declared_candidate(parse_crs("EPSG:4490"), outside, 40)
            return Recognition([one], None, "crs_low_confidence", [])
        return Recognition([], None, "crs_unknown", [])
    if len(fitting) != 1:
        ranked = sorted(fitting or scores, key=_rank)
        question = "crs_ambiguous" if fitting else "crs_low_confidence"
        found = [candidate(_on_datum(_system(s), data_datum), s, 50 if fitting else 40) for s in ranked]
        return Recognition(found, None, question, [])
    score = fitting[0]
    # where neighbours pass as well and were left behind by a few points only, less is certain
    alone = sum(s.in_province >= PASS_SHARE for s in scores) < 2
    system, confidence = _system(score), _confidence(score, 85 if alone else 75)
    notes = _turned(score) + _prefix_note(system, None)
    if system.form[0] != "gk" or data_datum is not None:
        chosen = candidate(_on_datum(system, data_datum), score, confidence)
        return Recognition([chosen, *_others(scores, score)], chosen, None, notes)
    datums = [
        candidate(_on_datum(system, datum), score, confidence - 5 * n) for n, datum in enumerate(GK_DATUMS)
    ]
    return Recognition(datums, None, "datum_undeclared", notes)


def _from_declaration(numbers: Numbers, crs: CRS, data_datum: str | None) -> Recognition:
    """Read numbers with a declaration: as declared where that puts them into the province, else look for why not."""
    system = system_matching(crs)
    as_is, turned = (numbers.of_declared(crs, system, swapped) for swapped in (False, True))
    if as_is.in_province < RIVAL_SHARE:
        return _corrected(numbers, crs, system, as_is, turned, data_datum)
    chosen = declared_candidate(crs, as_is, _confidence(as_is, 95 if as_is.in_province >= PASS_SHARE else 80))
    others = [declared_candidate(crs, turned, 5)]
    if as_is.in_county is not None and as_is.in_county < CONTRADICTED_SHARE:
        rivals = [
            s for s in _fitting(numbers.of_forms(), numbers) if (s.in_county or 0) >= max(COUNTY_SHARE, 0.95)
        ]
        rivals = [s for s in rivals if system is None or _system(s).form != system.form or s.swapped]
        if rivals:
            datum = datum_of(crs)
            better = [candidate(_on_datum(_system(s), datum), s, 60) for s in rivals]
            note = _contradicted(crs, better[0])
            chosen = declared_candidate(crs, as_is, 50)
            return Recognition([*better, chosen, *others], None, "crs_ambiguous", [note])
    return Recognition([chosen, *others], chosen, None, [])


def _corrected(
    numbers: Numbers, crs: CRS, system: System | None, as_is: Score, turned: Score, data_datum: str | None
) -> Recognition:
    """Find the one reading of numbers that contradict their declaration."""
    declared = declared_candidate(crs, as_is, 30)
    if turned.in_province >= JUNK_SHARE:
        scores = [turned]
    else:
        scores = [s for s in numbers.of_forms() if system is None or (s.system, s.swapped) != (system, False)]
    fitting = _fitting(scores, numbers)
    nearby = _nearby(as_is)
    if not fitting and nearby >= JUNK_SHARE:
        chosen = declared_candidate(crs, as_is, 70)
        share = f"{as_is.in_province:.0%}"
        zh, en = (
            f"按声明读取，只有 {share} 的点在省内",
            f"as declared, {share} of the points are in the province",
        )
        turned_too = declared_candidate(crs, turned, 5)
        return Recognition([chosen, turned_too], chosen, None, [("outside_province", zh, en)])
    if not fitting:
        found = [candidate(_system(s), s, 40) for s in sorted(scores, key=_rank) if s is not turned]
        return Recognition([*found, declared], None, "crs_low_confidence", [])
    if len(fitting) > 1 or nearby >= RIVAL_SHARE:  # nearby: perhaps a neighbour's file, rightly declared
        found = [candidate(_on_datum(_system(s), datum_of(crs)), s, 50) for s in sorted(fitting, key=_rank)]
        return Recognition([*found, declared], None, "crs_ambiguous", [_contradicted(crs, found[0])])
    score = fitting[0]
    if score is turned:
        chosen = declared_candidate(crs, turned, _confidence(turned, 85))
        return Recognition([chosen, declared], chosen, None, _turned(turned))
    return _relabelled(crs, system, score, declared, data_datum)


def _nearby(score: Score) -> float:
    """Return the share of points in the province or around it, as far as maps of it reach."""
    west, south, east, north = BOX
    lon, lat = score.lon, score.lat
    return float(((lon > west) & (lon < east) & (lat > south) & (lat < north)).mean())


def _relabelled(
    crs: CRS, declared_system: System | None, score: Score, declared: Candidate, data_datum: str | None
) -> Recognition:
    """Take another projection than the one declared. Its datum is kept, unless it is only the default label 4326."""
    system, label = _system(score), datum_of(crs)
    kept = label if label not in (None, "WGS84") else data_datum or label
    family = system.form[0]
    notes = [*_turned(score), *_prefix_note(system, declared_system)]
    if family == "gk" and kept in (None, "WGS84"):
        found = [candidate(_on_datum(system, datum), score, 80 - 5 * n) for n, datum in enumerate(GK_DATUMS)]
        return Recognition(
            [*found, declared], None, "datum_undeclared", [_contradicted(crs, found[0]), *notes]
        )
    taken = _on_datum(system, kept)
    if family in ("utm", "mercator") and kept not in (None, *CURRENT_DATUMS):
        one = candidate(taken, score, 60)  # an old datum on the label, and a projection only WGS 84 has
        return Recognition([one, declared], None, "crs_low_confidence", [_contradicted(crs, one), *notes])
    chosen = candidate(taken, score, _confidence(score, 80))
    return Recognition([chosen, declared], chosen, None, [_contradicted(crs, chosen), *notes])


def _fitting(scores: list[Score], numbers: Numbers) -> list[Score]:
    """Return the readings that can be taken: in the province, and preferred by the counties where rows declare them."""
    passing = [s for s in scores if s.in_province >= PASS_SHARE]
    if not passing:
        near = [s for s in scores if s.in_province >= JUNK_SHARE]
        passing = near if len(near) == len(scores) == 1 else []
    if numbers.judge is not None:
        passing = _clearly_best(passing, [s.astray or 0 for s in passing], numbers.judge.points)
    return _clearly_best(passing, [s.abroad for s in passing], len(numbers.x))


def _clearly_best(scores: list[Score], missing: list[int], points: int) -> list[Score]:
    fewest = min(missing, default=0)
    return [s for s, many in zip(scores, missing, strict=True) if not clearly_fewer(fewest, many, points)]


def _rank(score: Score) -> tuple[float, float, bool, float]:
    """Sort by counties, province, order of the axes, and the meridian of most of the province."""
    system = score.system
    away = (
        abs((system.central_meridian or 120) - 120) + (1 if system and system.kind == "utm" else 0)
        if system
        else 9
    )
    return -(score.in_county or 0.0), -round(score.in_province, 2), score.swapped, away


def _confidence(score: Score, base: int) -> int:
    return min(99, base + 4) if (score.in_county or 0.0) >= COUNTY_SHARE else base


def _system(score: Score) -> System:
    if score.system is None:
        raise ValueError("a reading of the declared system has no system of ours")
    return score.system


def _on_datum(system: System, datum: str | None) -> System:
    """Return the same projection on a datum; where there is none (UTM on Xian 1980), the one it has."""
    if datum is None or datum == system.datum:
        return system
    return sister(system, datum) or system


def _others(scores: list[Score], taken: Score) -> list[Candidate]:
    rest = [s for s in scores if s is not taken]
    return [candidate(_system(s), s, round(40 * s.in_province)) for s in sorted(rest, key=_rank)]


def _turned(score: Score) -> list[Note]:
    if not score.swapped:
        return []
    zh, en = "第一个坐标是北（纵）坐标：坐标轴已互换", "the first coordinate is the northing: axes swapped"
    return [("axis_swapped", zh, en)]


def _prefix_note(system: System, declared: System | None) -> list[Note]:
    if system.zone is not None and (declared is None or declared.zone is None):
        zh, en = f"东坐标带有带号 {system.zone}", f"eastings carry the zone number {system.zone}"
        return [("zone_prefix", zh, en)]
    if declared is not None and declared.zone is not None and system.zone is None and system.form[0] == "gk":
        return [
            (
                "zone_prefix",
                f"东坐标没有声明的带号 {declared.zone}",
                f"eastings lack the zone number {declared.zone}",
            )
        ]
    return []


def _contradicted(crs: CRS, taken: Candidate) -> Note:
    zh = f"声明为 {crs.name}，坐标却像 {taken.title.zh}（{taken.key}）"
    en = f"declared as {crs.name}, but the numbers look like {taken.title.en} ({taken.key})"
    return ("label_contradicted", zh, en)


def _declaration_notes(text: str, crs: CRS) -> list[Note]:
    notes: list[Note] = []
    if key_of(crs) == "WKT":
        zh, en = (
            f"坐标系 {crs.name} 没有确切的 EPSG 代码，按其定义使用",
            f"{crs.name} has no certain EPSG code; used as defined",
        )
        notes.append(("crs_kept_as_wkt", zh, en))
    name = (crs.datum.name if crs.datum else "").lower()
    datum = datum_of(crs)
    if datum is not None and ("unknown" in name or not name):
        title = DATUM_TITLES[datum]
        notes.append(
            (
                "datum_by_ellipsoid",
                f"声明未写明大地基准，按椭球取为{title.zh}",
                f"the declaration names no datum; taken as {title.en} by its ellipsoid",
            )
        )
    shift = declared_shift(text)
    if shift is not None:
        zh, en = (
            f"声明自带转换参数 {shift}，未经认可不使用",
            f"the declaration brings parameters {shift}; not used unasked",
        )
        notes.append(("shift_declared", zh, en))
    return notes
