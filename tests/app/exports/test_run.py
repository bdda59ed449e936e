"""Streams of exports: they hold one batch at a time, and let go of everything when nobody reads on."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.catalogue import Catalogue
from app.exports.question import Question
from app.exports.run import stream
from app.exports.text import csv_text, geojson
from app.ogc.crs import OGC, SYSTEMS
from layers.registry import discover

SHELTER = discover().vector("shelter")


def endless() -> Iterator[Sequence[Sequence[Any]]]:
    """Batches of a layer without an end."""
    for number in count():
        values = [f"=1+{number}" if f.name == "name" else None for f in SHELTER.fields]
        yield [['{"type":"Point","coordinates":[120,30]}', *values]]


def test_text_is_written_as_the_rows_come() -> None:
    assert len(list(islice(geojson(endless(), SHELTER, SYSTEMS[OGC]), 50))) == 50
    places = ([(120.0, 30.0, *row[1:]) for row in batch] for batch in endless())
    lines = list(islice(csv_text(places, SHELTER, SYSTEMS[OGC], "zh"), 50))
    assert len(lines) == 50
    assert b",'=1+7," in lines[8]  # no spreadsheet runs it


@pytest.mark.parametrize("form", ["geojson", "csv", "gpkg", "fgb"])
def test_a_reader_who_leaves_leaves_nothing_behind(
    form: str, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    catalogue: Catalogue = client.app.state.catalogue  # type: ignore[attr-defined]
    layer = catalogue.registry.vector("hazard_source")
    parts = stream(catalogue.engine, Question.read(layer, catalogue.served(layer), form, {}))
    assert len(next(parts)) > 10
    assert len(next(parts)) > 10
    parts.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 10
    while catalogue.engine.pool.checkedout() and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.05)  # the server itself looks for news now and then
    assert catalogue.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
