"""Landing points of helicopters: airports, airfields, heliports, hospital roofs, open fields."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, Json, Text, Theme
from layers.style import icons

KINDS = {
    "airport": Text("运输机场", "airport"),
    "airfield": Text("通用机场", "airfield"),
    "heliport": Text("直升机场", "heliport"),
    "hospital": Text("医院停机坪", "hospital"),
    "field": Text("起降场地", "field"),
}


def draw(theme: Theme) -> list[Json]:
    """Draw the helicopter landing sign."""
    size = ["interpolate", ["linear"], ["zoom"], 6, 0.45, 11, 1]
    return icons("landing_point", "landing", theme, size=size, label_minzoom=11)


LAYER = VectorLayer(
    id="landing_point",
    title=Text("起降点", "Landing points"),
    description=Text("直升机起降点。", "Places where a helicopter can land."),
    called=("停机坪", "起降场", "临时起降"),
    group="rescue",
    order=60,
    visible=False,
    shape="point",
    findable=4,
    key="code",
    role="landing",
    text_fields=("name",),
    text_minzoom=9,
    fields=(
        CODE,
        NAME,
        Field(name="kind", title=Text("类型", "Kind"), required=True, choices=KINDS),
        COUNTY_CODE,
    ),
    draw=draw,
)
