"""One flight: its times, speeds and limits, and how far it gets in a direction with the wind as it is.

The wind is uniform. In time t an aircraft of airspeed V reaches a disc of radius V t that has drifted by W t; in the
direction of a unit vector u, with a = u.W, a metre out takes (sqrt(a^2 + V^2 - W^2) - a) / (V^2 - W^2) seconds, a metre
back (sqrt(...) + a) / (V^2 - W^2). Directions are azimuths at the base, so the disc is one in the azimuthal
equidistant plane of the base.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from layers.errors import BadInput
from layers.geo import Floats

INFINITE = math.inf
FARTHEST_M = 4_000_000.0


@dataclass(frozen=True)
class Wind:
    """A uniform wind: speed in m/s, the azimuth it blows from in degrees, its share of the time in a wind rose."""

    speed_mps: float
    from_deg: float
    share: float = 1.0

    @property
    def toward(self) -> tuple[float, float]:
        """The wind vector (east, north) in m/s: where the air goes."""
        angle = math.radians(self.from_deg)
        return -self.speed_mps * math.sin(angle), -self.speed_mps * math.cos(angle)


@dataclass(frozen=True)
class Pace:
    """Seconds per metre towards an azimuth (``out``) and back from there (``back``)."""

    out: Floats
    back: Floats


@dataclass(frozen=True)
class Flight:
    """What a base can do from a call on.

    ``response_s`` from the call to the scene, of which ``preparation_s`` on the ground; ``climb_s`` is what climbing
    costs on each leg; ``endurance_s`` is flying time less the reserve, for the way out, ``on_scene_s`` with engines
    running and the way back; ``radius_m`` a limit of distance. ``winds``: the flight has to hold in each of them.

    Raises BadInput: not_finite, non_positive_speed, wind_exceeds_airspeed.
    """

    preparation_s: float
    airspeed_mps: float
    response_s: float = INFINITE
    radius_m: float = INFINITE
    climb_s: float = 0.0
    on_scene_s: float = 0.0
    endurance_s: float = INFINITE
    winds: tuple[Wind, ...] = ()

    def __post_init__(self) -> None:
        numbers = [self.preparation_s, self.airspeed_mps, self.climb_s, self.on_scene_s]
        numbers += [value for wind in self.winds for value in (wind.speed_mps, wind.from_deg)]
        limits = (self.response_s, self.radius_m, self.endurance_s)
        if not all(map(math.isfinite, numbers)) or any(map(math.isnan, limits)):
            raise BadInput("飞行参数不是有限数", "a number of the flight is not finite", code="not_finite")
        if self.airspeed_mps <= 0:
            raise BadInput("航速须大于 0", "the airspeed must be above 0", code="non_positive_speed")
        for wind in self.winds:
            if abs(wind.speed_mps) >= self.airspeed_mps:
                raise BadInput(
                    f"风速 {wind.speed_mps:.1f} m/s 不小于航速 {self.airspeed_mps:.1f} m/s，逆风无法前进",
                    f"a wind of {wind.speed_mps:.1f} m/s is no less than the airspeed of {self.airspeed_mps:.1f} m/s",
                    code="wind_exceeds_airspeed",
                    wind_mps=wind.speed_mps,
                    airspeed_mps=self.airspeed_mps,
                )

    @property
    def out_s(self) -> float:
        """Seconds left for the way out after preparation and climb; may be negative."""
        return self.response_s - self.preparation_s - self.climb_s

    @property
    def sortie_s(self) -> float:
        """Seconds of endurance left for the ways out and back; may be negative."""
        return self.endurance_s - self.on_scene_s - 2 * self.climb_s

    @property
    def wind_mps(self) -> float:
        """The strongest wind."""
        return max((abs(wind.speed_mps) for wind in self.winds), default=0.0)

    @property
    def slowest_pace(self) -> float:
        """No metre in any direction takes longer than this, in s/m: arrival changes with place no faster."""
        return 1.0 / (self.airspeed_mps - self.wind_mps)

    def paces(self, east: Floats, north: Floats) -> list[Pace]:
        """The pace in each wind towards azimuths given as unit vectors (sine and cosine); one pace in still air."""
        if not self.winds:
            still = np.full(np.shape(east), 1.0 / self.airspeed_mps)
            return [Pace(still, still)]
        found = []
        for wind in self.winds:
            w_east, w_north = wind.toward
            along = east * w_east + north * w_north
            square = self.airspeed_mps**2 - wind.speed_mps**2
            root = np.sqrt(along * along + square)
            found.append(Pace((root - along) / square, (root + along) / square))
        return found

    def _limits_m(self, angle: Floats, out_s: float, sortie_s: float) -> Floats:
        """How far each limit lets the flight get towards each azimuth (radians), (limits, n)."""
        rows = [np.full(angle.size, min(self.radius_m, FARTHEST_M))]
        for pace in self.paces(np.sin(angle), np.cos(angle)):
            rows.append(np.minimum(max(out_s, 0.0) / pace.out, FARTHEST_M))
            rows.append(np.minimum(max(sortie_s, 0.0) / (pace.out + pace.back), FARTHEST_M))
        return np.stack(rows)

    def radii_m(self, angle: Floats, out_s: float, sortie_s: float) -> Floats:
        """How far towards each azimuth (radians) the flight gets with this much time left; never below 0."""
        shortest: Floats = self._limits_m(angle, out_s, sortie_s).min(axis=0)
        return shortest

    def kinks(self, angle: Floats, out_s: float, sortie_s: float) -> Floats:
        """The azimuths, between neighbours of a closed ring of them, where another limit takes over."""
        binds = self._limits_m(angle, out_s, sortie_s).argmin(axis=0)
        at = np.flatnonzero(binds != np.roll(binds, -1))
        low, side = angle[at], binds[at]
        step = np.angle(np.exp(1j * (np.roll(angle, -1)[at] - low)))
        kept = np.zeros(at.size)  # how far the first limit still binds, as a part of the step
        for halving in range(1, 40):
            tried = kept + 0.5**halving
            same = self._limits_m(low + tried * step, out_s, sortie_s).argmin(axis=0) == side
            kept = np.where(same, tried, kept)
        return np.asarray(low + kept * step, dtype=np.float64)

    @property
    def still_reach_m(self) -> float:
        """The reach in still air."""
        by_time = max(0.0, self.out_s) * self.airspeed_mps
        by_fuel = max(0.0, self.sortie_s) * self.airspeed_mps / 2
        return min(self.radius_m, by_time, by_fuel)

    @property
    def farthest_m(self) -> float:
        """A bound on the reach in any direction."""
        fastest = self.airspeed_mps + self.wind_mps
        by_time, by_fuel = max(0.0, self.out_s) * fastest, max(0.0, self.sortie_s) * fastest / 2
        return min(self.radius_m, by_time, by_fuel)
