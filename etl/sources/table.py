"""A table being read: what every format offers to the process that sends its rows on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa

from etl.sources.columns import FAULT, LINE, ROW, WKB, WKB_Z
from etl.sources.geometry import Geometries
from etl.sources.model import Finding, TableFacts

BATCH_ROWS = 65_536
BATCH_BYTES = 16 << 20
"""A batch is smaller where rows are large: memory follows the batch, not the file."""


class Table(Protocol):
    """One table of a file, open for reading."""

    @property
    def facts(self) -> TableFacts:
        """What is known before the first row; findings so far, no points and no rows to show."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all rows in order, in the schema of ``columns.stream_schema``."""

    def findings(self) -> list[Finding]:
        """Return what the reading so far brought to light beyond ``facts.findings``."""


def batch_rows(bytes_of_table: int, rows: int | None) -> int:
    """Return how many rows a batch may have, from the mean size of a row."""
    if not rows or rows < 0:
        return BATCH_ROWS // 8 if bytes_of_table > BATCH_BYTES else BATCH_ROWS
    return max(16, min(BATCH_ROWS, BATCH_BYTES * rows // max(1, bytes_of_table)))


def assembled(
    schema: pa.Schema,
    rows: pa.Array,
    columns: Sequence[pa.Array],
    geometries: Geometries | None,
    lines: pa.Array | None = None,
) -> pa.RecordBatch:
    """Return a batch of the stream from its columns and geometries; ``lines`` where the format has such."""
    count = len(rows)
    if geometries is None:
        geometries = Geometries(pa.nulls(count, pa.binary()), pa.nulls(count, pa.binary()))
    faults = pa.nulls(count, pa.string())
    if geometries.faults:
        faults = pa.array([geometries.faults.get(row) for row in range(count)], pa.string())
    ends = {WKB: geometries.wkb, WKB_Z: geometries.wkb_z, FAULT: faults}
    lines = pa.nulls(count, pa.int64()) if lines is None else lines
    parts = {ROW: rows, LINE: lines, **{f"c{n}": column for n, column in enumerate(columns, 1)}, **ends}
    return pa.RecordBatch.from_arrays([parts[name] for name in schema.names], schema=schema)


def numbers(first: int, count: int) -> pa.Array:
    """Return the row numbers of a batch whose first row is number ``first``."""
    return pa.array(np.arange(first, first + count, dtype=np.int64))
