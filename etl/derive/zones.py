"""Risk zones from graded hazard sources: the worst member decides, with counts and the reason."""

from __future__ import annotations

from importlib.resources import files

import geopandas as gpd
from psycopg import sql
from sqlalchemy import Connection

from layers.kinds.vector import SCHEMA

INPUTS = ("admin_area", "hazard_source")


def county_zones(connection: Connection, tables: dict[str, str]) -> gpd.GeoDataFrame:
    """Return one row per county with its grade, counts per colour and the members that decide it."""
    return _run(connection, "risk_zone.sql", tables)


def grid_zones(connection: Connection, tables: dict[str, str]) -> gpd.GeoDataFrame:
    """Return one row per 500 m square (EPSG:4549) that holds a hazard source."""
    return _run(connection, "risk_grid.sql", tables)


def major_hazards(connection: Connection, tables: dict[str, str]) -> gpd.GeoDataFrame:
    """Return the hazard sources of kind ``major_hazard``."""
    return _run(connection, "major_hazard.sql", tables)


DERIVED = {"risk_zone": county_zones, "risk_grid": grid_zones, "major_hazard": major_hazards}


def _run(connection: Connection, script: str, tables: dict[str, str]) -> gpd.GeoDataFrame:
    """Run a fixed SQL file; table names are put in as quoted identifiers."""
    body = files("etl.derive").joinpath(script).read_text(encoding="utf-8")
    names = {name: sql.Identifier(SCHEMA, tables[name]) for name in INPUTS}
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - a live connection always has one
    statement = sql.SQL(body).format(**names).as_string(driver)
    frame = gpd.read_postgis(statement, connection, geom_col="geom", crs="EPSG:4326").rename_geometry(
        "geometry"
    )
    return frame
