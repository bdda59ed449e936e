"""Settings: one object, read from RISKMAP_* variables when it is made, never at import."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.embedded import default_state_dir

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Each field is an environment variable RISKMAP_<NAME> and stands in the README."""

    model_config = SettingsConfigDict(env_prefix="RISKMAP_", extra="ignore")

    database_url: str | None = Field(None, description="PostGIS to use; unset: a private one is started")
    state_dir: Path = Field(
        default_factory=lambda: default_state_dir(CHECKOUT), description="archives, rasters, private database"
    )
    web_dir: Path = Field(CHECKOUT / "web" / "dist", description="the built web page")
    layer_dir: Path | None = Field(None, description="folder with more catalogue files of this site")
    aircraft_file: Path | None = Field(
        None, description="CSV of this site's aircraft, in place of the shipped rows"
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="port to listen on")
    tile_connections: int = Field(4, ge=1, le=64, description="database connections kept for tiles")
    tile_timeout_s: float = Field(3.0, gt=0, description="longest time one tile query may run, seconds")
    tile_cache_bytes: int = Field(256 << 20, ge=1 << 20, description="tiles kept in memory, bytes")
    slow_tile_s: float = Field(1.0, gt=0, description="a tile that takes longer is named in the log, seconds")
    query_connections: int = Field(8, ge=1, le=64, description="database connections for everything else")
    upload_most_bytes: int = Field(2 << 30, ge=1 << 20, description="largest upload, bytes")
    loads_from: Literal["local", "anyone", "nobody"] = Field(
        "local", description="who may load over HTTP: this machine, anyone, nobody"
    )
    position_hours: float = Field(
        72.0, ge=0, le=24 * 366, description="how long it is kept where movers were, hours; 0: not at all"
    )
    position_rows: int = Field(10_000_000, ge=1, description="fixes of movers kept at most")
    convert_offset_datums: bool = Field(
        False, description="allow GCJ-02 and BD-09 coordinates to be converted; each such load is logged"
    )
    warning_issuer: str = Field(
        "33000000000000",
        pattern=r"^\d{6}[0-9A-Z]{8}$",
        description="who issues warnings, the 14 characters of GB/T 35965.1 (the default is not confirmed)",
    )
    warning_sender: str = Field("浙江省应急管理厅", max_length=100, description="name of who issues warnings")
    query_timeout_s: float = Field(15.0, gt=0, description="longest time any other query may run, seconds")
