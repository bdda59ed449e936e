"""``riskmap export``: a layer as a file, by the same code as ``/api/layers/{id}/export``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.catalogue import Catalogue
from app.commands.database import database, etl_engine
from app.exports.question import Question
from app.exports.run import stream
from app.settings import Settings
from app.state.prepare import prepare
from layers.registry import discover


@contextmanager
def loaded() -> Iterator[Catalogue]:
    """Give the catalogue of what is loaded, without a limit on the time of a statement."""
    settings = Settings()
    with database(settings) as url, etl_engine(url) as engine:
        prepare(engine)
        yield Catalogue(engine, discover(settings.layer_dir), settings)


def export(
    layer: Annotated[str, typer.Argument(help="Layer to write.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="FILE.geojson, .csv, .gpkg or .fgb.")],
    filter_: Annotated[str | None, typer.Option("--filter", help='CQL2, e.g. "grade <= 2".')] = None,
    bbox: Annotated[str | None, typer.Option(help="west,south,east,north in degrees.")] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:4490, EPSG:4549, …; without it WGS 84.")] = None,
    header: Annotated[
        str, typer.Option(help="Titles and codes of a CSV: field, or zh for Chinese titles and labels.")
    ] = "field",
) -> None:
    """Write a layer, or what a filter and a box choose of it, to a file; the file appears when it is whole."""
    asked = {"filter": filter_, "bbox": bbox, "crs": crs, "header": header}
    with loaded() as catalogue:
        vector = catalogue.registry.vector(layer)
        given = {name: value for name, value in asked.items() if value is not None}
        question = Question.read(vector, catalogue.served(vector), out.suffix.lstrip(".").lower(), given)
        partial = out.with_name(f".{out.name}.partial")
        try:
            with partial.open("wb") as file:
                for part in stream(catalogue.engine, question):
                    file.write(part)
            os.replace(partial, out)
        finally:
            partial.unlink(missing_ok=True)
    typer.echo(f"{out}: {out.stat().st_size:,} bytes, {layer} version {question.version.version}", err=True)
