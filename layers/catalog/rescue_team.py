"""Ground rescue teams and stations: what they can do, how many they are, whether they are ready."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import icons
from layers.units import PERSONS

KINDS = {
    "fire": Text("消防救援站", "fire station"),
    "specialist": Text("专业救援队", "specialist team"),
    "provincial": Text("省级骨干队伍", "provincial team"),
    "forest": Text("森林消防队", "forest-fire team"),
    "medical": Text("医疗急救站", "ambulance station"),
    "social": Text("社会救援力量", "volunteer team"),
}
SKILLS = {
    "chemical": Text("危化处置", "hazardous materials"),
    "fire": Text("灭火", "fire fighting"),
    "flood": Text("水域、排涝", "water rescue, pumping"),
    "typhoon": Text("防台抢险", "typhoon response"),
    "geology": Text("山地、地灾", "mountain, landslide"),
    "earthquake": Text("破拆搜救", "urban search and rescue"),
    "medical": Text("医疗急救", "medical"),
}
"""The first six are the hazards that a place is asked about with; a team fits where it has the hazard's skill."""

STATUS = {
    "ready": Text("待命", "ready"),
    "out": Text("出勤中", "on a call"),
    "off": Text("停用", "off"),
}


def draw(theme: Theme) -> list[Json]:
    """Draw the flag of a team, with its name when near."""
    size = ["interpolate", ["linear"], ["zoom"], 7, 0.5, 11, 1]
    return icons("rescue_team", "team", theme, size=size, label_minzoom=12)


LAYER = VectorLayer(
    id="rescue_team",
    title=Text("救援队伍与站点", "Rescue teams and stations"),
    description=Text(
        "消防站、专业队、急救站、社会力量的专长、人数与状态。",
        "Skills, head-count and state of ground teams.",
    ),
    called=("救援队", "消防站", "消防队", "应急队伍", "救援力量"),
    group="rescue",
    order=65,
    visible=False,
    shape="point",
    key="code",
    role="team",
    findable=7,
    text_fields=("name",),
    text_minzoom=9,
    fields=(
        CODE,
        NAME,
        Field(name="kind", title=Text("类型", "Kind"), required=True, choices=KINDS),
        Field(
            name="skills",
            title=Text("专长", "Skills"),
            choices=SKILLS,
            many=True,
            aliases=("救援专长", "专业方向", "擅长"),
        ),
        Field(
            name="people",
            title=Text("人数", "People"),
            type=FieldType.INTEGER,
            minimum=0,
            unit=PERSONS,
            aliases=("队员数", "队伍人数", "人员数"),
        ),
        Field(name="status", title=Text("状态", "Status"), choices=STATUS, live=True),
        Field(name="phone", title=Text("值班电话", "Phone"), aliases=("电话", "联系电话", "lxdh")),
        COUNTY_CODE,
    ),
    draw=draw,
)
