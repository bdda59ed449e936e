"""From the coordinates of a file to degrees on WGS 84: what is done is planned, said in words, and repeatable.

WGS 84 and CGCS2000 are taken as equal. From Beijing 1954 and Xian 1980 PROJ knows no transformation here and would
silently apply none ("ballpark", tens of metres to over 100 m off); a plan for them needs seven parameters, or a person
who accepts the unknown shift.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Transformer

from layers.crs.gcj import bd_to_wgs, gcj_to_wgs
from layers.crs.identify import datum_of, horizontal, key_of, parse_crs, system_matching, to_degrees
from layers.crs.systems import CURRENT_DATUMS, DATUM_TITLES, SYSTEMS
from layers.errors import BadInput
from layers.model import Json, Text

Floats = NDArray[np.float64]
Offset = Literal["gcj02", "bd09"]
WGS84_DEGREES = "+proj=longlat +datum=WGS84 +no_defs"
SAME_DEGREES = 1e-9  # 0.1 mm
OFFSETS = {"gcj02": ("GCJ-02", gcj_to_wgs), "bd09": ("BD-09", bd_to_wgs)}


@dataclass(frozen=True)
class DatumShift:
    """Seven parameters from the file's datum to WGS 84: metres, arc seconds, parts per million.

    ``convention`` is the sign of the rotations: Chinese offices and PROJ's +towgs84 use ``position_vector``.
    """

    dx: float
    dy: float
    dz: float
    rx: float = 0.0
    ry: float = 0.0
    rz: float = 0.0
    scale_ppm: float = 0.0
    convention: Literal["position_vector", "coordinate_frame"] = "position_vector"
    source: str = ""

    @property
    def towgs84(self) -> tuple[float, ...]:
        """The parameters in the order and signs of PROJ's +towgs84."""
        sign = 1 if self.convention == "position_vector" else -1
        rotations = (sign * self.rx, sign * self.ry, sign * self.rz)
        return (self.dx, self.dy, self.dz, *rotations, self.scale_ppm)

    @property
    def text(self) -> str:
        """The parameters in words, for the record."""
        values = ", ".join(f"{value:g}" for value in self.towgs84)
        return f"7 parameters [{values}] ({self.source or 'no source given'})"


@dataclass(frozen=True)
class Accepted:
    """A person takes the unknown shift of datum; longitude and latitude are kept as they are."""

    by: str
    reason: str = ""

    @property
    def text(self) -> str:
        """The acceptance in words, for the record."""
        reason = f": {self.reason}" if self.reason else ""
        return f"datum shift unknown, up to about 100 m, accepted by {self.by}{reason}"


@dataclass(frozen=True)
class Sql:
    """The same in PostGIS: ``ST_Transform(ST_FlipCoordinates(geom) if flip, from_crs, to_crs)``, then SRID 4326.

    The two are ``EPSG:n``, or PROJ strings where there is no code.
    """

    flip: bool
    from_crs: str
    to_crs: str


@dataclass(frozen=True)
class Operation:
    """How coordinates of a file become degrees on WGS 84. Made by ``plan``; kept as JSON with the load."""

    wkt: str
    key: str
    swapped: bool = False
    shift: DatumShift | Accepted | None = None
    offset: Offset | None = None

    @classmethod
    def plan(
        cls,
        crs: CRS | str,
        *,
        swapped: bool = False,
        shift: DatumShift | Accepted | None = None,
        offset: Offset | None = None,
        offset_allowed: bool = False,
    ) -> Operation:
        """Plan the way from a system. ``swapped``: the file has north first, against the habit of GIS files.

        Raises:
            BadInput: ``crs_unknown``; ``datum_no_shift``, an older datum and neither parameters nor acceptance;
                ``offset_conversion_off``, GCJ-02 or BD-09 while no administrator has allowed their conversion.
        """
        known = horizontal(crs) if isinstance(crs, CRS) else parse_crs(crs)
        datum = datum_of(known)
        if datum in CURRENT_DATUMS:
            shift = None
        elif shift is None:
            raise _no_shift(datum or known.name)
        if offset is not None and not offset_allowed:
            raise _offset_off(OFFSETS[offset][0])
        return cls(known.to_wkt(), key_of(known), swapped, shift, offset)

    def as_json(self) -> Json:
        """Return the plan as JSON."""
        kind = None if self.shift is None else type(self.shift).__name__
        return {**asdict(self), "shift_kind": kind}

    @classmethod
    def from_json(cls, data: Json) -> Operation:
        """Return the plan that ``as_json`` described; what was allowed then is not asked again."""
        kinds = {"DatumShift": DatumShift, "Accepted": Accepted}
        kind, given = data["shift_kind"], data["shift"]
        shift = None if kind is None else kinds[kind](**given)
        return cls(data["wkt"], data["key"], data["swapped"], shift, data["offset"])

    @property
    def identity(self) -> bool:
        """Whether the coordinates are stored as they are."""
        return self._crs.is_geographic and not (self.swapped or self.shift or self.offset)

    @property
    def text(self) -> str:
        """What is done, in words, for the record."""
        steps = ["swap axes"] if self.swapped else []
        name = self.key if self.key != "WKT" else f"WKT {self._crs.name}"
        steps.append(f"{name} as it is" if self._crs.is_geographic else f"unproject {name}")
        if self.shift is not None:
            steps.append(self.shift.text)
        if self.offset is not None:
            steps.append(f"{OFFSETS[self.offset][0]} to WGS 84 (fixed point, 3 rounds)")
        return "; ".join(steps)

    @property
    def said(self) -> Text:
        """What is done, for a person to read, in both languages."""
        name = self.key if self.key != "WKT" else self._crs.name
        zh = ["坐标轴互换"] if self.swapped else []
        zh.append(f"{name} 经纬度不变" if self._crs.is_geographic else f"由 {name} 平面坐标反算经纬度")
        if isinstance(self.shift, DatumShift):
            zh.append("按七参数转换到 WGS 84")
        elif self.shift is not None:
            zh.append("大地基准偏差未知（约 100 m 以内），已接受")
        if self.offset is not None:
            zh.append(f"{OFFSETS[self.offset][0]} 纠偏到 WGS 84")
        return Text("；".join(zh), self.text)

    def apply(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Return longitude and latitude (degrees); NaN where the system has no such place."""
        lon, lat = np.array(x, dtype=np.float64, ndmin=1), np.array(y, dtype=np.float64, ndmin=1)
        if self.swapped:
            lon, lat = lat, lon
        for way in (self._unproject, self._shifted):
            if way is not None:
                lon, lat = (np.asarray(v, dtype=np.float64) for v in way.transform(lon, lat))
        if self.offset is not None:
            lon, lat = OFFSETS[self.offset][1](lon, lat)
        lost = ~(np.isfinite(lon) & np.isfinite(lat))
        return np.where(lost, np.nan, lon), np.where(lost, np.nan, lat)

    def apply_wkb(self, geometries: Sequence[bytes | None]) -> NDArray[np.object_]:
        """Return 2D WKB in degrees; None for None, for bytes that are no WKB, and where a vertex has no place."""
        shapes = shapely.from_wkb(np.asarray(geometries, dtype=object), on_invalid="ignore")
        shapes = shapely.force_2d(shapes)
        places, owners = shapely.get_coordinates(shapes, return_index=True)
        if len(places):
            places[:, 0], places[:, 1] = self.apply(places[:, 0], places[:, 1])
            shapes = shapely.set_coordinates(shapes, places)
            shapes[np.unique(owners[np.isnan(places[:, 0])])] = None
        return np.asarray(shapely.to_wkb(shapes), dtype=object)

    @cached_property
    def sql(self) -> Sql | None:
        """The same for PostGIS, to within 0.1 mm; None where only Python can do it."""
        if self.offset is not None:
            return None
        geodetic = self._crs.geodetic_crs
        if isinstance(self.shift, DatumShift):
            values = ",".join(f"{value:.10g}" for value in self.shift.towgs84)
            strings = f"{self._projection} +towgs84={values}", WGS84_DEGREES
        elif (degrees := _geographic_code(geodetic)) is not None and self.key != "WKT":
            return Sql(self.swapped, self.key, degrees)
        else:
            strings = self._projection, f"+proj=longlat {_figure(self._crs)} +no_defs"
        return Sql(self.swapped, *strings) if self._agrees(*strings) else None

    @cached_property
    def _crs(self) -> CRS:
        return parse_crs(self.wkt)

    @cached_property
    def _unproject(self) -> Transformer | None:
        return None if self._crs.is_geographic else to_degrees(self._crs)

    @cached_property
    def _shifted(self) -> Transformer | None:
        if not isinstance(self.shift, DatumShift):
            return None
        dx, dy, dz, rx, ry, rz, scale = (f"{value:.15g}" for value in self.shift.towgs84)
        return Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
            f"+step +proj=cart {_figure(self._crs)} "
            f"+step +proj=helmert +x={dx} +y={dy} +z={dz} +rx={rx} +ry={ry} +rz={rz} +s={scale} "
            "+convention=position_vector "
            "+step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
        )

    @property
    def _projection(self) -> str:
        system = system_matching(self._crs)
        if system is not None:
            return system.projection
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # PROJ strings lose names; that the numbers hold is tested by _agrees
            words = self._crs.to_proj4().split()
        return " ".join(w for w in words if not w.startswith(("+towgs84", "+type")))

    def _agrees(self, source: str, target: str) -> bool:
        """Test two PROJ strings against ``apply`` over the province and its surroundings."""
        lon, lat = (v.ravel() for v in np.meshgrid(np.linspace(117, 124, 8), np.linspace(26, 32, 7)))
        x, y = (
            (lon, lat)
            if self._unproject is None
            else self._unproject.transform(lon, lat, direction="INVERSE")
        )
        expected = self.apply(y, x) if self.swapped else self.apply(x, y)
        found = Transformer.from_crs(
            CRS.from_proj4(source), CRS.from_proj4(target), always_xy=True
        ).transform(x, y)
        return bool(np.abs(np.subtract(found, expected)).max() < SAME_DEGREES)


def _figure(crs: CRS) -> str:
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        raise BadInput("坐标系没有椭球", "the system has no ellipsoid", code="crs_unknown")
    return f"+a={ellipsoid.semi_major_metre:.12g} +rf={ellipsoid.inverse_flattening:.15g}"


def _geographic_code(crs: CRS | None) -> str | None:
    datum = datum_of(crs) if crs is not None else None
    return next((s.key for s in SYSTEMS if s.kind == "geographic" and s.datum == datum), None)


def _no_shift(datum: str) -> BadInput:
    title = DATUM_TITLES.get(datum)
    zh, en = (title.zh, title.en) if title else (datum, datum)
    return BadInput(
        f"{zh}到 2000 国家大地坐标系没有公开的转换；请给出七参数，或明确接受约 100 m 以内的未知偏差",
        f"there is no published way from {en} to CGCS2000; give seven parameters, or accept an unknown shift of up to "
        "about 100 m",
        code="datum_no_shift",
        datum=datum,
    )


def _offset_off(name: str) -> BadInput:
    return BadInput(
        f"{name} 转换未启用：须由管理员批准并记录在案",
        f"conversion from {name} is off: an administrator has to enable it, and it is logged",
        code="offset_conversion_off",
        offset=name,
    )
