"""The coordinate systems that files of the province are in: codes, datums, projections, as data.

EPSG's axis order of every Gauss-Krüger code is X = north, Y = east, and Chinese tables follow it; GIS files and all
functions here have east first. Codes that name the same numbers (4548 and 4509) are one system with an alias.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pyproj import CRS

from layers.model import Text

Datum = Literal["CGCS2000", "WGS84", "Xian80", "Beijing54"]
Kind = Literal["geographic", "gk3", "gk6", "utm", "mercator"]

# CGCS2000 and WGS 84 differ by less than the accuracy of any file we receive, and are taken as one.
CURRENT_DATUMS: tuple[Datum, ...] = ("CGCS2000", "WGS84")
DATUM_TITLES: dict[str, Text] = {
    "CGCS2000": Text("2000 国家大地坐标系", "CGCS2000"),
    "WGS84": Text("WGS 84", "WGS 84"),
    "Xian80": Text("1980 西安坐标系", "Xian 1980"),
    "Beijing54": Text("1954 北京坐标系", "Beijing 1954"),
}
# PROJ's words for the ellipsoids: CGCS2000 has GRS 80's figures, Xian 1980 those of IAG 1975.
ELLIPSOIDS: dict[str, str] = {
    "CGCS2000": "+ellps=GRS80",
    "WGS84": "+ellps=WGS84",
    "Xian80": "+a=6378140 +rf=298.257",
    "Beijing54": "+ellps=krass",
}
FALSE_EASTING_M = 500_000.0
ZONE_M = 1_000_000.0


@dataclass(frozen=True)
class System:
    """One coordinate system. ``zone`` is the number before the easting (None: none is written).

    ``central_meridian`` is in degrees east, None for degrees and web mercator. ``aliases`` are other EPSG codes of
    the same numbers.
    """

    code: int
    title: Text
    datum: Datum
    kind: Kind
    central_meridian: float | None = None
    zone: int | None = None
    aliases: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """``EPSG:4549``."""
        return f"EPSG:{self.code}"

    @property
    def zone_prefix(self) -> bool:
        """Whether eastings begin with the number of the zone (40,514,432 instead of 514,432)."""
        return self.zone is not None

    @property
    def form(self) -> tuple[str, float | None, int | None]:
        """What numbers can show of a system: all but its datum. 3- and 6-degree zones without prefix are alike."""
        family = "gk" if self.kind in ("gk3", "gk6") else self.kind
        return family, self.central_meridian, self.zone

    @property
    def projection(self) -> str:
        """The PROJ string, east first, without any shift of datum."""
        ellipsoid = ELLIPSOIDS[self.datum]
        if self.kind == "geographic":
            return f"+proj=longlat {ellipsoid} +no_defs"
        if self.kind == "mercator":
            return "+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +no_defs"
        scale = 0.9996 if self.kind == "utm" else 1
        false_easting = FALSE_EASTING_M + ZONE_M * (self.zone or 0)
        return (
            f"+proj=tmerc +lat_0=0 +lon_0={self.central_meridian:g} +k={scale} +x_0={false_easting:.0f} +y_0=0 "
            f"{ellipsoid} +units=m +no_defs"
        )

    def crs(self) -> CRS:
        """Return the system as pyproj has it (axes in EPSG's order)."""
        return crs_of(self.code)


@lru_cache(maxsize=64)
def crs_of(code: int) -> CRS:
    """Return the CRS of an EPSG code; built once, as the look-up takes a millisecond."""
    return CRS.from_epsg(code)


def _gauss_kruger(
    datum: Datum, without_prefix: dict[int, tuple[int, ...]], zones: dict[int, int]
) -> list[System]:
    """Return the eight Gauss-Krüger systems of a datum: codes by meridian, and by zone (13-23: 6 degrees wide)."""
    title, made = DATUM_TITLES[datum], []
    for meridian, (code, *aliases) in without_prefix.items():
        words = Text(
            f"{title.zh} 高斯-克吕格 中央经线 {meridian}°E", f"{title.en} Gauss-Krüger CM {meridian}E"
        )
        made.append(System(code, words, datum, "gk3", meridian, None, tuple(aliases)))
    for zone, code in zones.items():
        wide = zone < 24
        meridian = zone * 6 - 3 if wide else zone * 3
        width = 6 if wide else 3
        words = Text(f"{title.zh} {width} 度带 第 {zone} 带", f"{title.en} {width}-degree zone {zone}")
        made.append(System(code, words, datum, "gk6" if wide else "gk3", meridian, zone))
    return made


def _geographic(code: int, datum: Datum) -> System:
    title = DATUM_TITLES[datum]
    return System(code, Text(f"{title.zh} 经纬度", f"{title.en} longitude, latitude"), datum, "geographic")


SYSTEMS: tuple[System, ...] = (
    *_gauss_kruger(
        "CGCS2000",
        {117: (4548, 4509), 120: (4549,), 123: (4550, 4510)},
        {39: 4527, 40: 4528, 41: 4529, 20: 4498, 21: 4499},
    ),
    *_gauss_kruger(
        "Xian80",
        {117: (2384, 2345), 120: (2385,), 123: (2386, 2346)},
        {39: 2363, 40: 2364, 41: 2365, 20: 2334, 21: 2335},
    ),
    *_gauss_kruger(
        "Beijing54",
        {117: (2436, 21460), 120: (2437,), 123: (2438, 21461)},
        {39: 2415, 40: 2416, 41: 2417, 20: 21420, 21: 21421},
    ),
    System(32650, Text("WGS 84 UTM 50N", "WGS 84 UTM zone 50N"), "WGS84", "utm", 117),
    System(32651, Text("WGS 84 UTM 51N", "WGS 84 UTM zone 51N"), "WGS84", "utm", 123),
    System(3857, Text("Web 墨卡托", "Web Mercator"), "WGS84", "mercator"),
    _geographic(4490, "CGCS2000"),
    _geographic(4326, "WGS84"),
    _geographic(4610, "Xian80"),
    _geographic(4214, "Beijing54"),
)
_BY_CODE = {code: system for system in SYSTEMS for code in (system.code, *system.aliases)}


def system_of(code: int) -> System | None:
    """Return the system an EPSG code, or an alias of it, names; None where it is not one of the province."""
    return _BY_CODE.get(code)


def sister(system: System, datum: str) -> System | None:
    """Return the system of the same projection on another datum; None where there is none (UTM on Xian 1980)."""
    return next((other for other in SYSTEMS if other.form == system.form and other.datum == datum), None)
