"""Fields that many layers share, with the names such columns have in the files of offices."""

from __future__ import annotations

from layers.model import Field, Text

CODE = Field(
    name="code",
    title=Text("编号", "Code"),
    required=True,
    aliases=(
        "场所编号",
        "避灾点编号",
        "单位编号",
        "企业编号",
        "站点编号",
        "编码",
        "代码",
        "唯一编码",
        "统一编号",
        "标识码",
        "bh",
        "bm",
        "dm",
        "id",
        "objectid",
        "uid",
    ),
)
NAME = Field(
    name="name",
    title=Text("名称", "Name"),
    required=True,
    aliases=(
        "单位名称",
        "企业名称",
        "场所名称",
        "避灾点名称",
        "点名称",
        "机场名称",
        "基地名称",
        "姓名",
        "mc",
        "dwmc",
        "qymc",
    ),
)
COUNTY_CODE = Field(
    name="county_code",
    title=Text("行政区划代码", "County code"),
    area_code=True,
    aliases=(
        "区划代码",
        "区县代码",
        "县代码",
        "行政代码",
        "xzqdm",
        "xzqhdm",
        "xzqh",
        "qhdm",
        "xdm",
        "adcode",
    ),
)
