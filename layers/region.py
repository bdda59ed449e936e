"""The province this map is for, and the box in which coordinates are believed."""

from __future__ import annotations

from datetime import timedelta, timezone

from layers.model import Text

TITLE = Text("应急风险一张图", "Emergency risk map")
PROVINCE_CODE = "330000"
PROVINCE = Text("浙江省", "Zhejiang")

# Zhejiang spans 118.0-123.0 E, 27.0-31.2 N. The box leaves room for its sea area and for neighbours on the base
# map; a coordinate outside it is a fault of the file (swapped axes, metres read as degrees, 0/0).
BOX = (115.0, 25.0, 126.0, 33.0)
BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
VIEW = (118.0, 27.0, 123.2, 31.3)
