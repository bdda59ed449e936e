"""A demo storm: over the sea to the coast at Taizhou, across the province, and out again to the north."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from layers.storms import category, reach_name

STORM, NAME = "2699", "演示台风"
BEGINS = datetime(2026, 8, 24, 0, tzinfo=UTC)
HOURS = 72
STEP_H = 3
# hour, longitude, latitude, m/s at the centre
WAY = (
    (0, 128.6, 21.8, 30.0), (12, 126.9, 23.6, 38.0), (24, 125.0, 25.4, 45.0), (36, 123.1, 27.2, 50.0),
    (42, 121.9, 28.2, 46.0), (48, 120.9, 29.2, 33.0), (60, 120.2, 31.2, 23.0), (72, 120.9, 33.4, 18.0),
)  # fmt: skip
REACH_KM = {7: 260.0, 10: 110.0, 12: 55.0}
"""How far winds of a grade reach at most where 50 m/s blow at the centre."""
BY_SIDE = {"ne": 1.0, "se": 0.9, "sw": 0.65, "nw": 0.75}
"""What part of it they reach in each quadrant: less on the left of the way. Grade 12 is a circle."""
LEAST_MPS = {7: 13.9, 10: 24.5, 12: 32.7}


def track(seed: int) -> pd.DataFrame:
    """Return a point every three hours, with a little waver that follows from the seed."""
    rng = np.random.default_rng([seed, 19])
    hours = np.arange(0, HOURS + 1, STEP_H)
    at = np.array(WAY).T
    lon, lat, wind = (np.interp(hours, at[0], row) for row in at[1:])
    lon, lat = (row + rng.normal(0, 0.06, len(hours)) for row in (lon, lat))
    rows = [
        _point(BEGINS + timedelta(hours=int(hour)), *(float(value) for value in values))
        for hour, *values in zip(hours, lon, lat, wind, strict=True)
    ]
    return pd.DataFrame(rows)


def _point(time: datetime, lon: float, lat: float, wind: float) -> dict[str, object]:
    reach: dict[str, object] = {}
    for grade, full in REACH_KM.items():
        km = round(full * (wind / 50.0) ** 0.8) if wind >= LEAST_MPS[grade] else None
        reach[reach_name(grade)] = km
        if grade < 12:
            reach |= {reach_name(grade, side): km and round(km * part) for side, part in BY_SIDE.items()}
    return {
        "code": f"{STORM}-{time:%Y%m%d%H%M}",
        "storm": STORM,
        "name": NAME,
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "pressure_hpa": round(1010 - 0.028 * wind**2),
        "wind_mps": round(wind, 1),
        "category": category(wind),
        **reach,
        "lon": round(lon, 3),
        "lat": round(lat, 3),
    }
