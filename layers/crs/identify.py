"""What a declared coordinate system is: its datum, its code where that is certain, and what is plainly a guess.

``CRS.to_epsg`` will name a code at 25 % confidence: a city grid on meridian 120.5° comes out as EPSG:4543, 1,800 km
away. Systems of the province are therefore matched by their numbers (meridian, scale, false easting, ellipsoid), and
other codes are taken at confidence 70 or more and only if they give the same coordinates.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from layers.crs.systems import SYSTEMS, Datum, System, crs_of, system_of
from layers.errors import BadInput

MIN_CONFIDENCE = 70
TRANSVERSE_MERCATOR, PSEUDO_MERCATOR = "9807", "1024"  # codes of EPSG's methods
LONGEST_TEXT = 20_000
SAME_M = 1e-3
PROVINCE_POINTS = ((118.1, 31.0), (120.15, 30.28), (122.9, 27.1))
NAMES: tuple[tuple[str, Datum], ...] = (
    (r"cgcs|china.?(geodetic|2000)|国家大地|2000国家", "CGCS2000"),
    (r"wgs.?(19)?84|world geodetic system 1984", "WGS84"),
    (r"xi.?an|西安", "Xian80"),
    (r"beijing|peking|北京", "Beijing54"),
)
# (semi-major axis, inverse flattening); a renamed datum on one of these is taken for the datum that uses it here
FIGURES: tuple[tuple[float, float, Datum], ...] = (
    (6_378_137.0, 298.257222101, "CGCS2000"),
    (6_378_137.0, 298.257223563, "WGS84"),
    (6_378_140.0, 298.257, "Xian80"),
    (6_378_245.0, 298.3, "Beijing54"),
)


def parse_crs(text: str) -> CRS:
    """Return the horizontal system that a text (EPSG:n, WKT, content of a .prj) declares.

    Raises:
        BadInput: ``crs_unknown``, the text names no system, or one without longitude and latitude behind it.
    """
    try:
        return _parsed(text.strip().lstrip("\ufeff")[:LONGEST_TEXT])
    except CRSError as error:
        raise BadInput(
            f"坐标系无法识别：{text[:60]!r}；请写明，如 EPSG:4549",
            f"{text[:60]!r} is not a coordinate system; name it, e.g. EPSG:4549",
            code="crs_unknown",
        ) from error


@lru_cache(maxsize=64)
def _parsed(text: str) -> CRS:
    code = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", text, re.IGNORECASE)
    crs = horizontal(crs_of(int(code[1])) if code else CRS.from_user_input(text))
    if crs.geodetic_crs is None or not (crs.is_geographic or crs.is_projected):
        raise CRSError("no longitude and latitude behind it")
    if crs.is_geographic and not _in_degrees(crs):
        raise CRSError("not in degrees from Greenwich")
    return crs


def horizontal(crs: CRS) -> CRS:
    """Return the horizontal part of a system: without its heights, and without a shift bound to it."""
    if crs.is_compound:
        return horizontal(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None:
        return horizontal(crs.source_crs)
    return crs


def declared_shift(text: str) -> list[float] | None:
    """Return the seven TOWGS84 parameters a declaration brings along, None where it brings none."""
    try:
        crs = CRS.from_user_input(text.strip())
    except CRSError:
        return None
    operation = crs.coordinate_operation if crs.is_bound else None
    values = list(operation.towgs84) if operation is not None else []
    return values if any(values) else None


def datum_of(crs: CRS) -> Datum | None:
    """Return the datum of a system by its name, else by its ellipsoid; None where it is none of those in use here."""
    names = [part.name for part in (crs.datum, crs.geodetic_crs) if part is not None]
    for pattern, datum in NAMES:
        if any(re.search(pattern, name, re.IGNORECASE) for name in names):
            return datum
    # no name that says anything ("D_unknown", a city's own): the ellipsoid decides
    figure = crs.ellipsoid
    if figure is None:
        return None
    for axis, inverse_flattening, datum in FIGURES:
        same_axis = abs(figure.semi_major_metre - axis) < 1e-3
        if same_axis and abs(figure.inverse_flattening - inverse_flattening) < 1e-7:
            return datum
    return None


def system_matching(crs: CRS) -> System | None:
    """Return the system of the province with the same numbers as ``crs``, None where there is none."""
    datum = datum_of(crs)
    if crs.is_geographic:
        return next((s for s in SYSTEMS if s.kind == "geographic" and s.datum == datum), None)
    operation = crs.coordinate_operation
    if operation is None or any(abs(axis.unit_conversion_factor - 1) > 1e-12 for axis in crs.axis_info):
        return None
    values = {p.name.lower(): float(p.value) for p in operation.params if not isinstance(p.value, str)}
    if operation.method_code == PSEUDO_MERCATOR:
        return system_of(3857) if not any(values.values()) else None
    if operation.method_code != TRANSVERSE_MERCATOR:
        return None
    scale = values.get("scale factor at natural origin", 1.0)
    easting = values.get("false easting", 0.0)
    shifted = values.get("latitude of natural origin", 0.0) or values.get("false northing", 0.0)
    meridian = values.get("longitude of natural origin", math.nan)
    for system in SYSTEMS:
        if system.central_meridian is None or system.datum != datum or shifted:
            continue
        same_scale = math.isclose(scale, 0.9996 if system.kind == "utm" else 1.0, abs_tol=1e-12)
        wanted = 500_000 + 1_000_000 * (system.zone or 0)
        if same_scale and math.isclose(meridian, system.central_meridian) and math.isclose(easting, wanted):
            return system
    return None


@lru_cache(maxsize=64)
def key_of(crs: CRS) -> str:
    """Return ``EPSG:n`` where the code is certain, else ``WKT``: then the text itself is kept and used."""
    system = system_matching(crs)
    if system is not None:
        own = crs.to_authority(min_confidence=100)
        return (
            f"EPSG:{own[1]}" if own and own[0] == "EPSG" and system_of(int(own[1])) == system else system.key
        )
    code = crs.to_epsg(min_confidence=MIN_CONFIDENCE)
    return f"EPSG:{code}" if code is not None and _same_coordinates(crs, crs_of(code)) else "WKT"


def to_degrees(crs: CRS) -> Transformer:
    """Return the way from the coordinates of a system (east first) to degrees on its own datum."""
    geodetic = crs.geodetic_crs
    if geodetic is None:
        raise BadInput(
            "坐标系没有经纬度基础", "the system has no longitude and latitude behind it", code="crs_unknown"
        )
    return Transformer.from_crs(crs, geodetic, always_xy=True)


def _same_coordinates(one: CRS, other: CRS) -> bool:
    if one.is_geographic != other.is_geographic or datum_of(one) != datum_of(other):
        return False
    try:
        ways = [to_degrees(crs) for crs in (one, other)]
        places = [way.transform(*point, direction="INVERSE") for way in ways for point in PROVINCE_POINTS]
    except (ProjError, BadInput):
        return False
    half = len(PROVINCE_POINTS)
    return all(math.dist(a, b) < SAME_M for a, b in zip(places[:half], places[half:], strict=True))


def _in_degrees(crs: CRS) -> bool:
    degrees = all(abs(axis.unit_conversion_factor - math.pi / 180) < 1e-9 for axis in crs.axis_info[:2])
    return degrees and (crs.prime_meridian is None or crs.prime_meridian.longitude == 0)
