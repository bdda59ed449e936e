"""The database of the race: the three layers loaded as any file is, and plain tables of the same rows for rivals."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.tile_race.data import write_all
from benchmarks.tile_race.rivals import LAYERS

LAYER_DIR = Path(__file__).parent / "layers"
COLUMNS = ("code", "name", "grade", "kind", "county_code", "graded_on", "geom")


def load(state: Path) -> None:
    """Write the files and load them with ``riskmap load``; what is loaded already stays."""
    done = state / "loaded"
    if done.exists():
        return
    files = write_all(state / "files")
    environment = {**os.environ, "RISKMAP_STATE_DIR": str(state), "RISKMAP_LAYER_DIR": str(LAYER_DIR)}
    program = str(Path(sys.executable).parent / "riskmap")
    for layer, file in files.items():
        command = [program, "load", str(file), "--layer", layer]
        subprocess.run(
            command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    done.touch()


def tables(url: str) -> dict[str, str]:
    """Make the tables of the rivals; returns the version of each layer."""
    versions = {}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS peer")
        for layer in LAYERS:
            row = connection.execute(
                "SELECT version, table_name FROM layer.version JOIN layer.current USING (layer, version)"
                " WHERE layer = %s",
                (layer,),
            ).fetchone()
            assert row is not None  # noqa: S101
            versions[layer] = str(row[0])
            peer = sql.Identifier("peer", layer)
            connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(peer))
            columns = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
            made = sql.SQL("CREATE TABLE {} AS SELECT {} FROM {}").format(
                peer, columns, sql.Identifier("layer", str(row[1]))
            )
            connection.execute(made)
            connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (code)").format(peer))
            connection.execute(sql.SQL("CREATE INDEX ON {} USING gist (geom)").format(peer))
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(peer))
            # whoever asks first would read the pages for all who come after
            for table, column in ((sql.Identifier("layer", str(row[1])), "tile_geom"), (peer, "geom")):
                connection.execute(
                    sql.SQL("SELECT sum(ST_NPoints({})) FROM {}").format(sql.Identifier(column), table)
                )
    return versions
