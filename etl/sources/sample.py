"""Points and rows to show of a table: a few, from all over it, in one pass without keeping the rest."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.sources.columns import WKB, as_text
from etl.sources.geometry import first_points
from etl.sources.model import Column

MOST_POINTS = 2_000
ROWS_SHOWN = 5


class Sample:
    """Takes every n-th geometry, with n doubled whenever it has too many: even spacing for any length of table."""

    def __init__(self) -> None:
        self.rows = 0
        self.shown: list[dict[str, str | None]] = []
        self._points: list[list[float]] = []
        self._step = 1
        self._seen = 0

    def take(self, batches: Iterable[pa.RecordBatch], columns: list[Column]) -> None:
        """Go through a table."""
        for batch in batches:
            self.rows += batch.num_rows
            if len(self.shown) < ROWS_SHOWN:
                self._show(batch, columns)
            self._thin(batch.column(WKB))

    @property
    def points(self) -> list[list[float]]:
        """The first vertices of the geometries taken, ``[x, y]``."""
        return self._points[:: -(-len(self._points) // MOST_POINTS) or 1]

    def _show(self, batch: pa.RecordBatch, columns: list[Column]) -> None:
        names = {f"c{n}": column.name for n, column in enumerate(columns, 1)}
        for row in batch.slice(0, ROWS_SHOWN - len(self.shown)).select(list(names)).to_pylist():
            self.shown.append({names[key]: as_text(value) for key, value in row.items()})

    def _thin(self, geometries: pa.Array) -> None:
        geometries = geometries.drop_null()
        while len(self._points) + len(geometries) // self._step > 2 * MOST_POINTS:
            self._points, self._step = self._points[::2], self._step * 2
        chosen = np.arange((-self._seen) % self._step, len(geometries), self._step)
        self._seen += len(geometries)
        if len(chosen):
            found = first_points(pc.take(geometries, pa.array(chosen)))
            self._points += found[np.isfinite(found).all(axis=1)].tolist()
