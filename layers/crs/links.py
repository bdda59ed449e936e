"""A place out of a pasted link of a web map: which numbers of it are the place, and whose coordinates they are.

Amap and Tencent write GCJ-02, Baidu BD-09 (in its page's address as metres of a Mercator of its own), OpenStreetMap and
this map WGS 84. What Google and Apple write in China is one or the other; then nothing is declared. A short link holds
no numbers, and this map asks nobody on the network what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from layers.crs.gcj import bd_mercator_to_bd
from layers.errors import BadInput

GCJ, BD, WGS = "gcj", "bd", "wgs"
LINK = re.compile(r"(?i)(?:https?://|geo:|(?:android|ios)amap:|amapuri:|baidumap:|bdapp:|qqmap:)\S.*")
SHORT = re.compile(
    r"(?i)^https?://(?:surl\.amap|j\.map\.baidu|url\.cn|maps\.app\.goo\.gl|goo\.gl|osm\.org/go)\b"
)
FIRMS = (
    (re.compile(r"(?i)amap|autonavi|gaode|map\.qq|qqmap"), GCJ),
    (re.compile(r"(?i)baidu|bdapp"), BD),
    (re.compile(r"(?i)google|goo\.gl|apple"), None),
)
DECLARED = re.compile(r"(?i)coord(?:_?type|inate)?=(wgs84|gps|gcj0?2|gaode|bd09)")
DECLARES = {"wgs84": WGS, "gps": WGS, "gcj02": GCJ, "gcj2": GCJ, "gaode": GCJ, "bd09": BD}

NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
DECIMAL = r"(-?\d{1,3}\.\d+)"
# The numbers that are the place, the plainest first: what a marker or a goal says counts before the middle of the map.
# ``d`` before a name is the goal of a way (``dlat``), ``m`` a marker.
LATITUDE = re.compile(rf"(?i)[?&#;/](?:[dm]?lat(?:itude)?|pointy)={NUMBER}")
LONGITUDE = re.compile(rf"(?i)[?&#;/](?:[dm]?(?:lon|lng|long|longitude)|pointx)={NUMBER}")
PAIRS = (
    re.compile(rf"!3d{NUMBER}!4d{NUMBER}"),
    re.compile(
        rf"(?i)[?&#;](?:to|dest|destination|daddr|pin|position|location|marker|markers|ll)="
        rf"[^&]*?{NUMBER},\s*{NUMBER}"
    ),
    re.compile(rf"(?i)^geo:(?!0,0\b){NUMBER},\s*{NUMBER}"),
    re.compile(rf"{DECIMAL}\s*(?:,|&[a-z]+=)\s*{DECIMAL}"),
    re.compile(rf"[#&?](?:m(?:ap)?=)?\d{{1,2}}(?:\.\d+)?/{NUMBER}/{NUMBER}"),
)
BAIDU_METRES = re.compile(r"@(\d{7,8}(?:\.\d+)?),(\d{6,7}(?:\.\d+)?)")


@dataclass(frozen=True)
class Linked:
    """Two numbers of a link, whether the latitude is the first (None: the numbers must tell), and the system (None:
    not said)."""

    first: float
    second: float
    lat_first: bool | None
    system: str | None


def read_link(text: str) -> Linked | None:
    """Return the place of the first link in a text; None where there is no link, or it holds no place.

    Raises:
        BadInput: a short link, which only its firm can tell the place of (code ``short_link``).
    """
    found = LINK.search(text)
    if found is None:
        return None
    link = unquote(found[0])
    if SHORT.search(link):
        raise BadInput(
            "短链接里没有坐标，本系统不联网查询；请在手机或浏览器里打开，再复制完整链接或坐标",
            "a short link holds no coordinates, and this system asks nobody outside: open it, then copy the whole"
            " address or the coordinates",
            code="short_link",
        )
    return next(_places(link, _system(link)), None)


def has_link(text: str) -> bool:
    """Whether a link of a map stands in a text."""
    return LINK.search(text) is not None


def _system(link: str) -> str | None:
    """Return the system a link declares, else the one its firm uses, else WGS 84."""
    if declared := DECLARED.search(link):
        return DECLARES[declared[1].lower()]
    parts = urlsplit(link)
    host = parts.netloc if parts.scheme.lower() in ("http", "https") else parts.scheme
    return next((system for pattern, system in FIRMS if pattern.search(host)), WGS)


def _places(link: str, system: str | None) -> Iterator[Linked]:
    if system == BD and (metres := BAIDU_METRES.search(link)):
        lon, lat = bd_mercator_to_bd(float(metres[1]), float(metres[2]))
        yield Linked(float(lat), float(lon), True, BD)
    latitudes, longitudes = LATITUDE.findall(link), LONGITUDE.findall(link)
    if latitudes and longitudes:  # of a way the goal comes last
        yield Linked(float(latitudes[-1]), float(longitudes[-1]), True, system)
    for pattern in PAIRS:
        if match := pattern.search(link):
            yield Linked(float(match[1]), float(match[2]), None, system)
