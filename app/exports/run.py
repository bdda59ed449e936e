"""An export as a stream of bytes. A server-side cursor gives the rows, so that memory holds one batch and no layer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine, Float, Numeric, Select, cast, func

from app.exports import files, text
from app.exports.question import Question

BATCH_ROWS = 1_000
CHUNK_BYTES = 1 << 18


def stream(engine: Engine, question: Question) -> Iterator[bytes]:
    """Yield GeoJSON or CSV as the rows come, or the bytes of a file that is written first."""
    if question.form in files.DRIVERS:
        with _written(engine, question) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
        return
    if question.form == "geojson":
        with _rows(engine, question.select(question.as_geojson())) as batches:
            yield from text.geojson(batches, question.layer, question.crs)
        return
    with _rows(engine, question.select(*_places(question))) as batches:
        yield from text.csv_text(batches, question.layer, question.crs, question.header)


def _places(question: Question) -> list[Any]:
    geometry, digits = question.moved(), question.crs.digits
    if question.layer.shape == "point":
        return [
            cast(func.round(cast(at, Numeric), digits), Float)
            for at in (func.ST_X(geometry), func.ST_Y(geometry))
        ]
    return [func.ST_AsText(geometry, digits)]


@contextmanager
def _rows(engine: Engine, statement: Select[Any]) -> Iterator[Iterator[Any]]:
    with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH_ROWS) as connection:
        yield connection.execute(statement).partitions(BATCH_ROWS)


@contextmanager
def _written(engine: Engine, question: Question) -> Iterator[IO[bytes]]:
    """Give the open file of an export. It has no name any more, so it is gone with whoever reads it."""
    with tempfile.TemporaryDirectory(prefix="riskmap-export-") as folder:
        path = Path(folder) / f"{question.layer.id}.{question.form}"
        with _rows(engine, question.select(func.ST_AsBinary(question.moved()))) as batches:
            files.write(batches, question.layer, question.crs, question.form, path)
        file = path.open("rb")
    with file:
        yield file
