"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, to and from WGS 84; degrees, vectorised.

The forward formulas are the ones in public circulation. Their inverses are found by fixed-point rounds
``p <- p + (target - forward(p))``; the shift changes so slowly that each round gains three to four digits. Three
rounds leave less than a micrometre in the province. Agreement with the live services is metres, not micrometres,
since those round and change. Turning GCJ-02 into WGS 84 may need a permission: callers keep it off until an
administrator enables it (see operation).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

ROUNDS = 3
SEMI_MAJOR_M, E2 = 6_378_245.0, 0.00669342162296594323  # of Krassovsky's ellipsoid, as the formula has them
CENTRE = (105.0, 35.0)
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside, the services shift nothing
BD_OFFSET = (0.0065, 0.006)
BD_WAVE = np.pi * 3000 / 180
# Baidu's own Mercator to BD-09 as its map computes it, from metres north: degrees of longitude (constant, per metre),
# powers of the latitude's share of the scale. The two bands that the province lies in (27 to 31.4 degrees north).
BD_BANDS = (
    (
        3_481_989.83,
        (-1.981981304930552e-8, 8.983055099779535e-6),
        (
            0.03278182852591, 40.31678527705744, 0.65659298677277, -4.44255534477492,
            0.85341911805263, 0.12923347998204, -0.04625736007561,
        ),
        4_482_777.06,
    ),
    (
        0.0,
        (3.09191371068437e-9, 8.983055096812155e-6),
        (
            0.00006995724062, 23.10934304144901, -0.00023663490511, -0.6321817810242,
            -0.00663494467273, 0.03430082397953, -0.00466043876332,
        ),
        2_555_164.4,
    ),
)  # fmt: skip


def wgs_to_gcj(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS 84 to GCJ-02; degrees. Unchanged outside a box around China; NaN stays NaN."""
    x, y = _floats(lon, lat)
    shift_lon, shift_lat = _shift(x, y)
    west, south, east, north = CHINA
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return np.where(inside, x + shift_lon, x), np.where(inside, y + shift_lat, y)


def gcj_to_wgs(lon: ArrayLike, lat: ArrayLike, rounds: int = ROUNDS) -> Pair:
    """GCJ-02 to WGS 84; degrees. Within 0.1 mm after two rounds and 1 µm after three, in the province."""
    return _inverse(wgs_to_gcj, *_floats(lon, lat), rounds)


def gcj_to_bd(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """GCJ-02 to BD-09; degrees."""
    x, y = _floats(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_WAVE)
    return radius * np.cos(angle) + BD_OFFSET[0], radius * np.sin(angle) + BD_OFFSET[1]


def bd_to_gcj(lon: ArrayLike, lat: ArrayLike, rounds: int = ROUNDS) -> Pair:
    """BD-09 to GCJ-02; degrees. The start is the target without the constant part of the shift."""
    return _inverse(gcj_to_bd, *_floats(lon, lat), rounds, BD_OFFSET)


def wgs_to_bd(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS 84 to BD-09; degrees."""
    return gcj_to_bd(*wgs_to_gcj(lon, lat))


def bd_to_wgs(lon: ArrayLike, lat: ArrayLike, rounds: int = ROUNDS) -> Pair:
    """BD-09 to WGS 84; degrees."""
    return gcj_to_wgs(*bd_to_gcj(lon, lat, rounds), rounds)


def bd_mercator_to_bd(east_m: float, north_m: float) -> tuple[float, float]:
    """Metres of Baidu's Mercator (``@13381234.56,3512345.6`` in the address of its page) to BD-09; degrees.

    Right between 15 and 45 degrees north.
    """
    _, (constant, per_metre), powers, scale = next(band for band in BD_BANDS if north_m >= band[0])
    lat = sum(factor * (north_m / scale) ** n for n, factor in enumerate(powers))
    return constant + per_metre * east_m, lat


def _floats(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _inverse(
    forward: Callable[[Floats, Floats], Pair],
    lon: Floats,
    lat: Floats,
    rounds: int,
    start: tuple[float, float] = (0.0, 0.0),
) -> Pair:
    x, y = lon - start[0], lat - start[1]
    for _ in range(rounds + 1):
        there_lon, there_lat = forward(x, y)
        x, y = x + (lon - there_lon), y + (lat - there_lat)
    return x, y


def _shift(lon: Floats, lat: Floats) -> Pair:
    """Return the shift of WGS 84 to GCJ-02 in degrees: metres by a series of waves, over the local degree."""
    x, y = lon - CENTRE[0], lat - CENTRE[1]
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    root = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    waves_y = 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)
    long_y = 160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)
    north = north + (ripple + waves_y + long_y) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    waves_x = 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)
    long_x = 150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)
    east = east + (ripple + waves_x + long_x) * 2 / 3
    phi = np.radians(lat)
    w2 = 1 - E2 * np.sin(phi) ** 2
    meridian_radius = SEMI_MAJOR_M * (1 - E2) / (w2 * np.sqrt(w2))
    parallel_radius = SEMI_MAJOR_M / np.sqrt(w2) * np.cos(phi)
    return np.degrees(east / parallel_radius), np.degrees(north / meridian_radius)
