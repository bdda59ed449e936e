"""A place as somebody types, pastes or reads it out: degrees in any dress, Gauss-Krüger, UTM, MGRS, a map's link.

What could mean two things is answered with all its meanings, the likeliest first: a dispatcher picks, nothing is
guessed in silence. A decimal pair may have been read off a web map with shifted coordinates (GCJ-02, BD-09); those
readings go along, and the first of them is marked ``likely`` where the text looks like such a map's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import mgrs
import numpy as np
from pyproj import Transformer

from layers.crs.angles import REPLACEMENTS, parse_angle
from layers.crs.gcj import bd_to_wgs, gcj_to_wgs
from layers.crs.links import BD, GCJ, WGS, has_link, read_link
from layers.crs.places import Places
from layers.crs.readings import FORMS
from layers.crs.systems import System, crs_of
from layers.errors import BadInput
from layers.model import Text
from layers.region import BOX

LONGEST = 400
DEGREES_KEY, GCJ_KEY, BD_KEY, MGRS_KEY = "EPSG:4490", "GCJ-02", "BD-09", "MGRS"
SHIFTS = (GCJ_KEY, BD_KEY)
TITLES = {
    DEGREES_KEY: Text("经纬度（CGCS2000 / WGS 84）", "degrees (CGCS2000 / WGS 84)"),
    GCJ_KEY: Text("GCJ-02（高德、腾讯地图）", "GCJ-02 (Amap, Tencent)"),
    BD_KEY: Text("BD-09（百度地图）", "BD-09 (Baidu)"),
    MGRS_KEY: Text("军用格网 MGRS", "MGRS"),
}
NAMED_PAIR = re.compile(
    r"(?i)[经纬]\s*[,，/、]?\s*[经纬]度|\blat\s*[,/]\s*(?:lon|lng)\b|\b(?:lon|lng)\s*[,/]\s*lat\b"
)
LABELS = (
    (re.compile(r"(?i)\b(?:longitude|long|lng|lon)\b[\s:：=]*(?=[\d+-])|(?:经度|东经)[\s:：=为是]*"), "E"),
    (re.compile(r"(?i)\b(?:latitude|lat)\b[\s:：=]*(?=[\d+-])|(?:纬度|北纬)[\s:：=为是]*"), "N"),
)
# Words and hosts that say which web map the numbers come from; the first that is found counts.
SHIFTED = (
    (re.compile(r"(?i)wgs|cgcs|gps|天地图|tianditu|国家2000|大地2000"), DEGREES_KEY),
    (re.compile(r"(?i)gcj|高德|amap|autonavi|腾讯|map\.qq|火星"), GCJ_KEY),
    (re.compile(r"(?i)bd-?09|百度|baidu"), BD_KEY),
)
NOISE = re.compile(
    r"(?i)wgs[- ]?(?:19)?84|cgcs[- ]?2000|gcj[- ]?0?2|bd[- ]?09(?:ll)?|\bgps\b"
    r"|(?:高德|腾讯|百度)(?:地图)?|火星坐标"
    r"|天地图|国家2000|大地2000|坐标系?|位置|定位|\bpoint(?:\s*z)?\b|\bsrid=4(?:326|490);|[()\[\]{}<>（）【】「」『』]"
)
MGRS = re.compile(r"(\d{1,2})\s*([C-HJ-NP-X])\s*([A-HJ-NP-Z]{2})\s*((?:\d\s*){2,10})")
UTM = re.compile(
    r"(?:UTM\s*)?(?:ZONE\s*)?(5[01])\s*(?:([C-HJ-NP-X])\b|带|区|(?=[\s,]))[\s,]*E?\s*(\d{6}(?:\.\d+)?)\s*M?E?"
    r"[\s,]+N?\s*(\d{7}(?:\.\d+)?)\s*M?N?"
)
METRES = re.compile(r"(?i)(?:[xyne东北]\s*[=:：]?\s*)?([+-]?\d{5,8}(?:\.\d+)?)\s*(?:m|米)?\s*[en东北]?")
ZONED = re.compile(r"(\d{2})\s+(\d{6}(?:\.\d+)?)[\s,]+(\d{7}(?:\.\d+)?)")
HEIGHT = re.compile(
    r"(?i)(?:[,;\s]\s*|(?<=[NSEW东西南北°'\"]))(?:(?:高程|海拔|高度|大地高|alt(?:itude)?|ele(?:v(?:ation)?)?|height|h)"
    r"\s*[:=为]?\s*)?([+-]?\d{1,4}(?:\.\d+)?)\s*(?:m|米)?$"
)
SHOWN_DECIMALS = re.compile(r"\d\.\d.*\d\.\d|[°'NSEWnsew东西南北]")
NUMBERED_AXES = re.compile(r"(?i)\b[xy]\s*[:=]\s*")
RECEIVER = re.compile(r"(?i)(\d+\.\d+)\s*,\s*([NS])\s*,\s*(\d+\.\d+)\s*,\s*([EW])")
WITHIN = re.compile(r"(?<![\d.])([+-]?\d{1,3}\.\d{1,12})\s*[,;、\s]\s*([+-]?\d{1,3}\.\d{1,12})(?![\d.])")
UNWRITTEN = re.compile(r"(?i)[+-]?(?:nan|inf(?:inity)?|null|none|undefined)")
PLAIN_DECIMALS = re.compile(r"\s*-?\d{1,3}\.(\d+)\s*[,\s]\s*-?\d{1,3}\.(\d+)\s*")
FARTHEST_DEGREES = (3.2, 5.2)
"""From the meridian, and of UTM: a province is often kept in one zone, beyond its edges."""
AMAP_DECIMALS = 6
"""Amap's and Tencent's pickers copy ``lon,lat`` with six decimals; handbooks and GNSS receivers write otherwise."""


@dataclass(frozen=True)
class TypedPlace:
    """One reading: degrees (CGCS2000 or WGS 84), the system it was read in, and how sure that is.

    ``likely`` marks a second reading that deserves a second pin. ``inside``: in the province, 15 km off its coast
    included.
    """

    lon: float
    lat: float
    system: str
    title: Text
    how: Text
    inside: bool
    likely: bool = False


def read_typed(text: str, places: Places) -> list[TypedPlace]:
    """Return the readings of a text as a place, the likeliest first; none where it is no coordinate.

    Raises:
        BadInput: the text is plainly meant as a coordinate and cannot be one (code ``bad_coordinate``).
    """
    if not text or len(text) > LONGEST:
        return []
    if has_link(shown := _shown(text)):
        found, plain = [*_link(shown, places)], shown
    else:
        plain = _shown(_lettered(text))
        source = next((key for pattern, key in SHIFTED if pattern.search(plain)), None)
        body = NOISE.sub(" ", plain).strip(" :,;=")
        found = (
            [*_grids(body.upper(), places)]
            or [*_degrees(body, source, places)]
            or [*_metres(body, places)]
            or [*_within(body, source, places)]
        )
    if not found and (_means_coordinate(plain) or _is_unwritten(plain)):
        raise BadInput(
            f"像坐标，但读不出：{plain[:60]}（纬度 0–90、经度 0–180，分秒须小于 60；或高斯-克吕格、UTM 米制坐标）",
            f"looks like a coordinate, and cannot be one: {plain[:60]}",
            code="bad_coordinate",
        )
    return sorted(found, key=lambda one: not one.inside)  # stable: what lies in the province comes first


def _shown(text: str) -> str:
    """Fold the signs and digits that look alike."""
    return unicodedata.normalize("NFKC", text.translate(REPLACEMENTS)).strip()


def _lettered(text: str) -> str:
    """Write the letter of the hemisphere for a word that names an axis; a title of both axes goes."""
    plain = re.sub("[\"']", "", text) if text.lstrip().startswith("{") else text
    plain = NAMED_PAIR.sub(" ", plain)
    for pattern, letter in LABELS:
        plain = pattern.sub(letter, plain)
    return plain


def _is_unwritten(text: str) -> bool:
    """Whether a text is a pair of which a program had no number: ``NaN,NaN``, ``lat: null, lon: 120.2``."""
    bare = re.sub(r"(?i)^geo:|\b(?:lat|lon|lng|latitude|longitude|[xy])\s*[:=]|[(){}\[\]]", " ", text)
    parts = [part.strip() for part in re.split(r"[,;/&]", bare)]
    if len(parts) == 1 and re.search(r"NaN|[Ii]nf|^nan +nan$", bare):
        parts = bare.split()
    is_empty = [UNWRITTEN.fullmatch(part) is not None for part in parts]
    numbers = [parse_angle(part) is not None for part in parts]
    return (
        len(parts) in (2, 3) and any(is_empty) and all(a or b for a, b in zip(is_empty, numbers, strict=True))
    )


def _means_coordinate(text: str) -> bool:
    """Whether a text is numbers and signs of coordinates only, two numbers at least."""
    bare = re.sub(r"[东西南北经纬度分秒]|\b[NSEW]\b|(?<=\d)[NSEWnsew]|[NSEWnsew](?=\d)", "", text)
    return (
        len(re.findall(r"\d+(?:\.\d+)?", bare)) >= 2
        and not re.search(r"[^\d\s.,;:/+\-'\"°]", bare)
        and (
            "." in text
            or "°" in text
            or bool(re.search(r"\d{6}", bare))
            or bool(re.search(r"\d[\s,;]+\d", bare))
        )
    )


def _link(text: str, places: Places) -> Iterator[TypedPlace]:
    """Read a link as its firm means it; where that is shifted, the numbers as they stand deserve the second pin."""
    linked = read_link(text)
    if linked is None:
        return
    system = {GCJ: GCJ_KEY, BD: BD_KEY, WGS: DEGREES_KEY, None: None}[linked.system]
    orders = _orders(linked.first, linked.second, linked.lat_first)
    yield from _shifts(orders, system, places, likely=system != DEGREES_KEY)


def _grids(text: str, places: Places) -> Iterator[TypedPlace]:
    """Read MGRS, and UTM with its zone written."""
    if match := MGRS.fullmatch(text):
        digits = re.sub(r"\s", "", match[4])
        if len(digits) % 2 == 0:
            try:
                lat, lon = _mgrs().toLatLon(f"{match[1]}{match[2]}{match[3]}{digits}")
            except (mgrs.core.MGRSError, ValueError):
                return
            yield _typed(lon, lat, MGRS_KEY, TITLES[MGRS_KEY], _squared(len(digits)), places)
    elif match := UTM.fullmatch(text):
        code = 32600 + int(match[1])
        lon, lat = _way(code).transform(float(match[3]), float(match[4]))
        title = Text(f"UTM {match[1]}N", f"UTM zone {match[1]}N")
        how = (
            Text("写明带号", "zone given")
            if match[2]
            else Text("写明带号，取北半球", "zone given, taken as north")
        )
        yield _typed(lon, lat, f"EPSG:{code}", title, how, places)


def _squared(digits: int) -> Text:
    metres = 10 ** (5 - digits // 2)
    return Text(f"格网精度 {metres} 米，取西南角", f"a square of {metres} m, its south-west corner")


def _degrees(text: str, source: str | None, places: Places) -> Iterator[TypedPlace]:
    """Read two angles, with a height behind them that is left out and said to be."""
    body, height = RECEIVER.sub(r"\1\2 \3\4", NUMBERED_AXES.sub(" ", text).strip()), None
    pair = _pair(body)
    if pair is None and (height := HEIGHT.search(body)):
        body = body[: height.start()].strip(" ,;")
        pair = _pair(body) if SHOWN_DECIMALS.search(body) else None
    if pair is None:
        return
    (first, letter_1), (second, letter_2) = pair
    if abs(first) > 180 or abs(second) > 180:
        return
    letters = (letter_1, letter_2)
    if letter_1 and letter_1 == letter_2:
        return
    order = None if letters == ("", "") else (letter_1 == "N" or letter_2 == "E")
    orders = _orders(first, second, order, "" if height is None else height[1])
    match = PLAIN_DECIMALS.fullmatch(body)
    looks_amap = match is not None and min(map(len, match.groups())) == AMAP_DECIMALS and abs(first) > 90
    yield from _shifts(orders, source, places, likely=looks_amap and source is None)


def _within(text: str, source: str | None, places: Places) -> Iterator[TypedPlace]:
    """Read the only pair of decimals in a sentence, where that lies in this part of the world."""
    pairs = WITHIN.findall(text)
    if len(pairs) == 1:
        found = _degrees(",".join(pairs[0]), source, places)
        yield from (one for one in found if _in_box(one.lon, one.lat))


def _orders(
    first: float, second: float, lat_first: bool | None, height: str = ""
) -> list[tuple[float, float, Text]]:
    """The orders that two angles can be meant in, as (lon, lat, how): latitude first where nothing else tells."""
    zh, en = (f"，高程 {height} m 未用", f", height {height} m left out") if height else ("", "")
    north = (second, first, Text(f"先纬度后经度{zh}", f"latitude first{en}"))
    east = (first, second, Text(f"先经度后纬度{zh}", f"longitude first{en}"))
    wanted = (
        [north, east] if lat_first is None and first != second else [east] if lat_first is False else [north]
    )
    return [one for one in wanted if abs(one[1]) <= 90]


def _shifts(
    orders: list[tuple[float, float, Text]], source: str | None, places: Places, likely: bool = False
) -> Iterator[TypedPlace]:
    """Read pairs of degrees as they stand and as web maps shift them; the declared one first.

    ``likely``: the other reading deserves a pin too, GCJ-02 beside plain degrees, plain degrees beside the shifted.
    """
    ways = {DEGREES_KEY: lambda x, y: (x, y), GCJ_KEY: gcj_to_wgs, BD_KEY: bd_to_wgs}
    sequence = {None: tuple(ways), DEGREES_KEY: (DEGREES_KEY,)}.get(source, (source, DEGREES_KEY))
    other = DEGREES_KEY if source in SHIFTS else GCJ_KEY
    for lon, lat, how in orders:
        for key in sequence:
            if key in SHIFTS and not _in_box(lon, lat):
                continue
            x, y = ways[str(key)](lon, lat)
            mark = likely and key == other
            yield _typed(float(x), float(y), str(key), TITLES[str(key)], how, places, mark)


def _in_box(lon: float, lat: float) -> bool:
    return BOX[0] < lon < BOX[2] and BOX[1] < lat < BOX[3]


def _pair(text: str) -> tuple[tuple[float, str], tuple[float, str]] | None:
    """Split a text into two angles, each with the axis its letters name ('N', 'E' or '')."""
    for left, right in _splits(text):
        a, b = parse_angle(left), parse_angle(right)
        if a is not None and b is not None:
            return (a, _axis(left)), (b, _axis(right))
    return None


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """The places where a pair may be cut: at a comma, between hemisphere letters, at a space, the middle ones first."""
    for separator in (",", ";", "/", "、", "|", "\n"):
        parts = [part for part in text.split(separator) if part.strip()]
        if len(parts) == 2:
            yield parts[0].strip(), parts[1].strip()
    letters = [m.start() for m in re.finditer(r"[NSEWnsew东西南北]", text)]
    if len(letters) == 2:
        cut = letters[1] if letters[0] == 0 else letters[0] + 1
        yield text[:cut].strip(" ,;&"), text[cut:].strip(" ,;&")
    spaces = [m.start() for m in re.finditer(r"\s+", text)]
    for cut in sorted(spaces, key=lambda at: abs(at - len(text) / 2)):
        yield text[:cut].strip(), text[cut:].strip()


def _axis(text: str) -> str:
    if re.search(r"[NSns北南]", text):
        return "N"
    return "E" if re.search(r"[EWew东西]", text) else ""


def _metres(text: str, places: Places) -> Iterator[TypedPlace]:
    """Read a pair of metres in every projection of the province and both orders; those that put it in the box."""
    if zoned := ZONED.fullmatch(text):
        text = f"{zoned[1]}{zoned[2]} {zoned[3]}"
    numbers = [m[1] for m in METRES.finditer(text)]
    if len(numbers) != 2 or METRES.sub("", text).strip(" ,;/\n"):
        return
    first, second = map(float, numbers)
    found = []
    for system in FORMS:
        if system.kind == "geographic":
            continue
        for easting, northing, swapped in ((first, second, False), (second, first, True)):
            lon, lat = _way(system.code).transform(easting, northing)
            if not _in_box(lon, lat) or not _is_near(system, lon):
                continue
            how = Text("先北后东", "northing first") if swapped else Text("先东后北", "easting first")
            found.append((_rank(system), _typed(lon, lat, system.key, system.title, how, places)))
    yield from (one for _, one in sorted(found, key=lambda pair: pair[0]))


def _is_near(system: System, lon: float) -> bool:
    """Whether a place lies so near the meridian that somebody would write it in this projection."""
    if system.central_meridian is None:
        return True
    return abs(lon - system.central_meridian) <= FARTHEST_DEGREES[system.kind == "utm"]


def _rank(system: System) -> tuple[bool, bool, float]:
    return system.kind == "mercator", system.kind == "utm", abs((system.central_meridian or 120) - 120)


def _typed(
    lon: float, lat: float, key: str, title: Text, how: Text, places: Places, likely: bool = False
) -> TypedPlace:
    inside = bool(places.inside(np.array([lon]), np.array([lat]))[0])
    return TypedPlace(round(lon, 8), round(lat, 8), key, title, how, inside, likely)


@cache
def _way(code: int) -> Transformer:
    return Transformer.from_crs(crs_of(code), crs_of(4326), always_xy=True)


@cache
def _mgrs() -> mgrs.MGRS:
    return mgrs.MGRS()
