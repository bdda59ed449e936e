"""``riskmap archive``: layers as one PMTiles file."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from prometheus_client import CollectorRegistry

from app.archiving.build import Built, Plan, build
from app.catalogue import Catalogue
from app.commands.export import loaded
from app.db import make_tile_pool
from app.loading import Terminal
from app.tiles.database import TileDatabase
from app.tiles.meters import Meters
from app.tiles.source import HIGHEST_DATA_ZOOM, TileSource
from layers.errors import BadInput

CONNECTIONS = 2
LONGEST_TILE_S = 120.0
Zoom = Annotated[
    int | None, typer.Option(min=0, max=HIGHEST_DATA_ZOOM, help="Without it that of the layers.")
]


def archive(
    layers: Annotated[
        list[str],
        typer.Argument(metavar="LAYER...", help="Layers to put in, in the order they are drawn in."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="FILE.pmtiles.")],
    minzoom: Zoom = None,
    maxzoom: Zoom = None,
) -> None:
    """Write the tiles of layers, as the server serves them, to one PMTiles archive."""
    if minzoom is not None and maxzoom is not None and minzoom > maxzoom:
        raise BadInput(
            f"--minzoom {minzoom} 大于 --maxzoom {maxzoom}",
            f"--minzoom {minzoom} is above --maxzoom {maxzoom}",
            code="bad_option",
        )
    began = time.monotonic()
    with loaded() as catalogue:
        chosen = [catalogue.registry.vector(name) for name in dict.fromkeys(layers)]
        plan = Plan.of(catalogue, chosen, minzoom, maxzoom)
        built = asyncio.run(_build(catalogue, plan, out))
    size, (z, x, y) = built.largest
    typer.echo(
        f"{out}: {built.tiles:,} tiles of zooms {plan.minzoom} to {plan.maxzoom}, {built.bytes / 1e6:.1f} MB, "
        f"{time.monotonic() - began:.1f} s; largest {z}/{x}/{y} with {size / 1e3:.0f} KB",
        err=True,
    )


async def _build(catalogue: Catalogue, plan: Plan, out: Path) -> Built:
    url = str(catalogue.engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    pool = await make_tile_pool(url, connections=CONNECTIONS, timeout_s=LONGEST_TILE_S)
    try:
        with Terminal().step(out.name, total=len(plan.addresses())) as advance:
            source = TileSource(TileDatabase(pool), catalogue, Meters(CollectorRegistry()), LONGEST_TILE_S)
            return await build(source, plan, out, advance, at_once=CONNECTIONS)
    finally:
        await pool.close()
