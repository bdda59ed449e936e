"""Sensitive targets (防护目标): schools, hospitals, care homes, dwellings, with the persons they hold."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import layer
from layers.theme import TOKENS
from layers.units import PERSONS

KINDS = {
    "school": Text("学校、幼儿园", "school"),
    "hospital": Text("医院", "hospital"),
    "care_home": Text("养老机构", "care home"),
    "market": Text("商场、市场", "market"),
    "dwelling": Text("居住区", "dwellings"),
}


def draw(theme: Theme) -> list[Json]:
    """Draw small ink dots with a paper ring, from zoom 9 on."""
    tokens = TOKENS[theme]
    paint = {
        "circle-color": tokens["ink"],
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.6, 14, 4.5],
        "circle-stroke-color": tokens["paper"],
        "circle-stroke-width": 1.2,
    }
    return [layer("sensitive_target", "points", "circle", "point", paint=paint)]


LAYER = VectorLayer(
    id="sensitive_target",
    title=Text("防护目标", "Sensitive targets"),
    description=Text(
        "学校、医院、养老机构、商场、居住区及人数。", "Schools, hospitals, care homes, markets, dwellings."
    ),
    called=("敏感目标", "保护目标", "学校", "医院", "养老院", "幼儿园"),
    group="context",
    order=36,
    visible=False,
    shape="point",
    findable=3,
    key="code",
    role="target",
    text_fields=("name",),
    text_minzoom=10,
    fields=(
        CODE,
        NAME,
        Field(name="kind", title=Text("类别", "Kind"), required=True, choices=KINDS),
        Field(name="persons", title=Text("人数", "Persons"), type=FieldType.INTEGER, minimum=0, unit=PERSONS),
        COUNTY_CODE,
    ),
    draw=draw,
)
