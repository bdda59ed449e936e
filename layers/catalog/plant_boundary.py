"""Boundaries of plants with a major hazard installation, by the code of the installation: alpha counts from them."""

from layers.fields import NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, Json, Text, Theme
from layers.style import layer
from layers.theme import TOKENS


def draw(theme: Theme) -> list[Json]:
    """Draw thin ink outlines from near."""
    paint = {"line-color": TOKENS[theme]["ink"], "line-width": 1.2, "line-dasharray": [4, 2]}
    return [layer("plant_boundary", "outline", "line", "line", minzoom=11, paint=paint)]


LAYER = VectorLayer(
    id="plant_boundary",
    title=Text("厂界", "Plant boundaries"),
    description=Text(
        "重大危险源所在厂区的边界，编号与重大危险源相同；α 自厂界外 500 m 计。",
        "Boundaries of plants, with the code of their installation; alpha counts residents within 500 m outside them.",
    ),
    called=("企业边界", "厂区", "边界红线"),
    group="context",
    order=28,
    visible=False,
    minzoom=8,
    shape="polygon",
    key="code",
    fields=(
        Field(name="code", title=Text("重大危险源编号", "Code of the installation"), required=True),
        NAME,
    ),
    draw=draw,
)
