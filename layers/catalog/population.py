"""Population: persons per cell, a count raster."""

from layers.kinds.raster import RasterLayer
from layers.model import Text

LAYER = RasterLayer(
    id="population",
    title=Text("人口（约 1 km 网格）", "Population (about 1 km grid)"),
    description=Text("每个 30 角秒网格的人数。", "Persons per cell of 30 arc seconds."),
    called=("人口",),
    group="context",
    order=15,
    visible=False,
    maxzoom=12,
    unit=Text("人/格", "persons per cell"),
    steps=((1, 12), (20, 30), (100, 60), (300, 95), (1000, 135), (3000, 175), (8000, 215), (20000, 245)),
    role="population",
)
