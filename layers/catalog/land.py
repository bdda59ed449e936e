"""Land around the province: the lowest layer of the base map; everything else is sea."""

from layers.kinds.vector import VectorLayer
from layers.model import Field, Json, Text, Theme
from layers.style import layer
from layers.theme import TOKENS


def draw(theme: Theme) -> list[Json]:
    """Fill the land; the sea is the background of the map."""
    tokens = TOKENS[theme]
    return [
        layer(
            "land",
            "fill",
            "fill",
            "base",
            paint={"fill-color": tokens["land"], "fill-antialias": False},  # the coast is a line of its own
        ),
        layer("land", "coast", "line", "base", paint={"line-color": tokens["line"], "line-width": 0.6}),
    ]


LAYER = VectorLayer(
    id="land",
    title=Text("陆域", "Land"),
    description=Text("海岸线以内的陆地，作底图用。", "Land inside the coastline, for the base map."),
    called=("陆地", "海岸线"),
    group="base",
    order=10,
    shape="polygon",
    key="code",
    title_field="name",
    fields=(
        Field(name="code", title=Text("编号", "Code"), required=True),
        Field(name="name", title=Text("名称", "Name")),
    ),
    maxzoom=12,
    extent=(100.0, 10.0, 140.0, 50.0),  # the neighbours too, so that no screen shows where the land ends
    draw=draw,
)
