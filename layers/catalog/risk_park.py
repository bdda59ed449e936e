"""Risk zones by chemical park: the worst object inside decides; the park's own class stands beside it."""

from layers.model import Field, Text
from layers.zone import zone_layer

LAYER = zone_layer(
    "risk_park",
    Text("风险分区（化工园区）", "Risk zones (chemical parks)"),
    Text(
        "园区内最高等级的对象决定颜色；园区自身的 A–D 类评估是另一回事，作为标注并列。",
        "The worst graded object in a park decides its colour; the park's own class A to D stands beside it.",
    ),
    members="park_code",
    within=Text("所属县", "County"),
    order=33,
    fields=(Field(name="park_class", title=Text("园区评估类别", "Class of the park")),),
)
