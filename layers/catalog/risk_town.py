"""Risk zones by town, where the boundaries of towns are loaded."""

from layers.model import Text
from layers.zone import zone_layer

LAYER = zone_layer(
    "risk_town",
    Text("风险分区（乡镇级）", "Risk zones (town)"),
    Text(
        "乡镇（街道）内最高等级的对象决定颜色；只有载入了乡镇界线才有。",
        "The worst graded object in a town decides its colour; only where boundaries of towns are loaded.",
    ),
    members="town_code",
    within=Text("所属县", "County"),
    order=32,
    text_minzoom=9,
    adjoining=True,
)
