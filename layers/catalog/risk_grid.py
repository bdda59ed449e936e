"""Risk zones on a fine grid: 500 m squares that hold at least one graded object.

Squares, not hexagons: they are whole multiples of 500 m on EPSG:4549, so they are named by two round numbers that can
be found on the maps and instruments of the province, nest into 1 km and 5 km squares, and stay the same at every load.
Hexagons draw distances more evenly, which matters for movement and not for "is anything here".
"""

from layers.model import Text
from layers.zone import zone_layer

LAYER = zone_layer(
    "risk_grid",
    Text("风险分区（500 m 网格）", "Risk zones (500 m grid)"),
    Text(
        "EPSG:4549 上 500 m × 500 m 的方格，格内最高等级决定颜色；没有危险源的方格不画。",
        "Squares of 500 m on EPSG:4549; the worst member decides; squares without an object are not drawn.",
    ),
    members="cell",
    within=Text("所属县", "County"),
    order=31,
    line_minzoom=11,
    text_minzoom=12,
    minzoom=8,  # below it a square is smaller than a pixel
)
