"""Looking into a file before anything is loaded: its tables, and for each the coordinate systems that fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from etl.loads.loader import Loader
from etl.loads.profile import Profile
from etl.loads.ranking import clear_choice, rank_layers
from etl.loads.reading import described
from etl.sources.model import TableFacts
from layers.crs.recognise import Places, recognise

HIDDEN = ("points",)


def inspect_file(loader: Loader, path: Path, profile: Profile) -> dict[str, Any]:
    """Return the survey of a file, read as the profile says, with the reading of each table's coordinates. Writes
    nothing.

    Raises:
        BadFile: the file cannot be used, by name.
    """
    found = loader.look(path, profile)
    with loader.engine.connect() as connection:
        places = loader.known.places(connection)
    body = found.as_json()
    for table, shown in zip(found.tables, body["tables"], strict=True):
        shown["reading"] = _reading(table, places)
        fits = rank_layers(loader.registry, path.name, table)
        plain = clear_choice(fits)
        shown["layer"] = plain.layer.id if plain else None
        shown["layers"] = [fit.as_json() for fit in fits if fit.score > 0]
        for name in HIDDEN:
            shown.pop(name)
    return body


def _reading(table: TableFacts, places: Places) -> dict[str, Any]:
    points = np.array(table.points, dtype=np.float64).reshape(-1, 2)
    result = recognise(
        points[:, 0], points[:, 1], declared=table.crs_wkt or table.crs_note, county_codes=None, places=places
    )
    return described(result, result.chosen)
