"""Best tracks of tropical cyclones: where each storm was, how strong, and how far its winds reached."""

from layers.kinds.vector import VectorLayer
from layers.model import Field, FieldType, Json, Legend, LegendClass, Text, Theme
from layers.storms import CATEGORIES, GRADES, SIDES, reach_name
from layers.style import layer
from layers.theme import TOKENS
from layers.units import HPA, KM, MPS

INK = {"day": "#52616F", "night": "#93A4B3"}
LEGEND = Legend(
    field="category",
    title=Text("热带气旋等级（GB/T 19201）", "Category (GB/T 19201)"),
    classes=tuple(
        LegendClass(code, text, INK["day"], "plain", "square") for code, text in CATEGORIES.items()
    ),
)


def radius(grade: int, side: str | None = None) -> Field:
    """Return the field of how far winds of a Beaufort grade reach: in one quadrant, else where they reach furthest."""
    zh, en = (SIDES[side].zh, f" ({SIDES[side].en})") if side else ("", "")
    aliases = [f"{grade}级风圈{zh}半径", f"{grade}级风圈{zh}"]
    if side:
        aliases += [
            f"{grade}级{zh}半径",
            f"{zh}{grade}级风圈半径",
            f"r{grade}_{side}",
            f"radius{grade}_{side}",
        ]
    return Field(
        name=reach_name(grade, side),
        title=Text(f"{grade} 级风圈{zh}半径", f"Radius of grade-{grade} wind{en}"),
        aliases=tuple(aliases),
        type=FieldType.DECIMAL,
        minimum=0,
        maximum=1500,
        unit=KM,
        popup=side is None,
    )


def draw(theme: Theme) -> list[Json]:
    """Draw open rings of ink, larger for stronger storms."""
    strength = ["match", ["get", "category"], "super", 6, "sty", 5.4, "ty", 4.8, "sts", 4.2, "ts", 3.6, 3]
    paint = {
        "circle-color": TOKENS[theme]["paper"],
        "circle-radius": strength,
        "circle-stroke-color": INK[theme],
        "circle-stroke-width": 1.6,
    }
    return [layer("typhoon_track", "points", "circle", "point", paint=paint)]


LAYER = VectorLayer(
    id="typhoon_track",
    title=Text("台风路径", "Typhoon tracks"),
    description=Text(
        "热带气旋最佳路径：逐时位置、中心气压、最大风速与 7、10、12 级风圈半径（最远方向；有资料的另列四象限）。",
        "Best tracks: position, pressure, wind and radii of grade 7, 10, 12 by time (furthest; quadrants where known).",
    ),
    called=("台风", "热带气旋", "最佳路径"),
    group="context",
    order=80,
    visible=False,
    shape="point",
    key="code",
    role="storm_track",
    legend=LEGEND,
    cluster_below=9,
    extent=(80.0, -10.0, 200.0, 75.0),
    text_fields=("name",),
    fields=(
        Field(name="code", title=Text("编号与时刻", "Storm and time"), required=True, aliases=("编号",)),
        Field(name="storm", title=Text("台风编号", "Storm"), required=True, aliases=("台风号", "tfbh")),
        Field(name="name", title=Text("台风名称", "Name"), aliases=("名称", "台风名")),
        Field(
            name="time",
            title=Text("时刻", "Time"),
            format="instant",
            required=True,
            aliases=("时间", "观测时间"),
        ),
        Field(
            name="pressure_hpa",
            title=Text("中心气压", "Central pressure"),
            aliases=("气压",),
            type=FieldType.DECIMAL,
            minimum=850,
            maximum=1100,
            unit=HPA,
        ),
        Field(
            name="wind_mps",
            title=Text("最大风速", "Maximum wind"),
            aliases=("风速", "中心风速"),
            type=FieldType.DECIMAL,
            minimum=0,
            maximum=120,
            unit=MPS,
        ),
        Field(name="category", title=Text("等级", "Category"), choices=CATEGORIES),
        *(radius(grade, side) for grade in GRADES for side in (None, *SIDES)),
    ),
    draw=draw,
)
