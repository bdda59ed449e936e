"""Random places inside a county: where people live, or round a given point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely

from etl.demo.boundaries import Boundaries
from etl.demo.facts import counties
from etl.demo.people import CELL, NORTH, WEST, WIDTH, People

Points = npt.NDArray[np.float64]
TRIES = 8


class Places:
    """Draws points (lon, lat degrees WGS84, rounded to 1e-6) that lie inside the county they are drawn for."""

    def __init__(self, boundaries: Boundaries, people: People) -> None:
        self._areas = boundaries.counties
        for area in self._areas.values():
            shapely.prepare(area)
        flat = people.county.ravel()
        persons = people.persons.ravel()
        self._cells = {c.code: np.flatnonzero(flat == index) for index, c in enumerate(counties())}
        self._persons = {code: persons[cells].astype(np.float64) for code, cells in self._cells.items()}
        self._chances: dict[tuple[str, float], Points] = {}

    def contains(self, code: str, points: Points) -> npt.NDArray[np.bool_]:
        """Say which points lie inside the county."""
        return np.asarray(shapely.contains_xy(self._areas[code], points), dtype=np.bool_)

    def settled(self, code: str, count: int, rng: np.random.Generator, *, power: float = 1.0) -> Points:
        """Draw points where people live; ``power`` below 1 spreads them into the thinly settled parts."""
        if (code, power) not in self._chances:
            weight = self._persons[code] ** power
            self._chances[code, power] = weight / weight.sum()
        cells = rng.choice(self._cells[code], size=count, p=self._chances[code, power])
        centre = np.stack(
            [WEST + (cells % WIDTH + 0.5) * CELL, NORTH - (cells // WIDTH + 0.5) * CELL], axis=1
        )
        return self._scatter(code, centre, lambda n: rng.uniform(-CELL / 2, CELL / 2, (n, 2)))

    def around(
        self, code: str, at: tuple[float, float], count: int, spread: float, rng: np.random.Generator
    ) -> Points:
        """Draw points round ``at`` (which must lie in the county); ``spread`` is a standard deviation in degrees."""
        centre = np.tile(np.array(at), (count, 1))
        return self._scatter(code, centre, lambda n: rng.normal(0, spread, (n, 2)))

    def _scatter(self, code: str, centre: Points, step: Callable[[int], Points]) -> Points:
        """Move each point off its centre; points that leave the county try again, closer each time."""
        result = np.round(centre, 6)
        todo = np.arange(len(centre))
        for attempt in range(TRIES):
            if not len(todo):
                break
            moved = np.round(centre[todo] + step(len(todo)) * 0.75**attempt, 6)
            good = self.contains(code, moved)
            result[todo[good]] = moved[good]
            todo = todo[~good]
        return result
