"""Risk zones by county: the worst graded object decides, with counts per colour and the reason."""

from layers.model import Text
from layers.zone import zone_layer

LAYER = zone_layer(
    "risk_zone",
    Text("风险分区（县级）", "Risk zones (county)"),
    Text(
        "县域内最高等级的对象决定分区颜色（就高）；没有评定结果的县为无数据，不推算。",
        "The worst graded object in a county decides its colour; a county without grades is 'no data'.",
    ),
    members="county_code",
    within=Text("所属市", "City"),
    order=30,
    adjoining=True,
    visible=True,
)
