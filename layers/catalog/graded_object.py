"""Graded objects: every hazard source with the zones it belongs to, and alpha computed again from the population."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.grading.grade import grade_legend
from layers.hazard import KINDS
from layers.kinds.vector import Filter, VectorLayer
from layers.model import Field, FieldType, Json, Text, Theme
from layers.style import graded_points
from layers.units import PERSONS, POINTS

LEGEND = grade_legend(symbol="dot")
WHOLE, DECIMAL = FieldType.INTEGER, FieldType.DECIMAL


def draw(theme: Theme) -> list[Json]:
    """Draw a dot per object in the colour of its grade."""
    return graded_points("graded_object", LEGEND, theme, radius=2.8)


LAYER = VectorLayer(
    id="graded_object",
    title=Text("参评对象（所属分区、α 复核）", "Graded objects (zones, alpha checked)"),
    description=Text(
        "每个危险源所属的县、乡镇、园区、网格；重大危险源按人口栅格复核 500 m 内人数与 α，与申报值并列。",
        "The county, town, park and square of each hazard source; residents within 500 m and alpha computed again from "
        "the population raster, beside the declared ones.",
    ),
    group="risk",
    order=41,
    visible=False,
    derived=True,
    shape="point",
    key="code",
    legend=LEGEND,
    cluster_below=12,
    text_fields=("name",),
    text_minzoom=12,
    fields=(
        CODE,
        NAME,
        Field(name="kind", title=Text("类型", "Kind"), choices=KINDS),
        Field(name="industry", title=Text("行业", "Industry")),
        Field(name="grade", title=Text("风险等级", "Grade"), type=WHOLE, format="grade"),
        Field(name="grade_reason", title=Text("评定依据", "Why this grade")),
        Field(name="grade_reason_en", title=Text("评定依据（英文）", "Why this grade"), popup=False),
        Field(name="grade_method", title=Text("评定方法", "Method")),
        Field(name="grade_cutoffs", title=Text("阈值集", "Cut-off set")),
        Field(name="assessor", title=Text("评定人", "Assessor")),
        Field(name="assessed_on", title=Text("评定日期", "Assessed on"), type=FieldType.DATE),
        Field(name="gb18218_grade", title=Text("重大危险源级别", "GB 18218 grade"), type=WHOLE),
        Field(name="s_value", title=Text("S 值", "S"), type=DECIMAL),
        Field(name="r_value", title=Text("R 值", "R"), type=DECIMAL),
        Field(name="firm_score", title=Text("企业评估得分", "Firm score"), type=DECIMAL, unit=POINTS),
        Field(
            name="residents_500m",
            title=Text("申报人数（500 m）", "Declared residents"),
            type=WHOLE,
            unit=PERSONS,
        ),
        Field(name="alpha_declared", title=Text("申报 α", "Declared alpha"), type=DECIMAL),
        Field(
            name="residents_raster",
            title=Text("复核人数（500 m）", "Residents by raster"),
            type=WHOLE,
            unit=PERSONS,
        ),
        Field(name="alpha_raster", title=Text("复核 α", "Alpha by raster"), type=DECIMAL),
        Field(name="r_raster", title=Text("复核 R 值", "R by raster"), type=DECIMAL),
        Field(name="gb18218_grade_raster", title=Text("复核级别", "Grade by raster"), type=WHOLE),
        Field(
            name="boundary",
            title=Text("复核所用厂界", "Boundary used"),
            choices={
                "plant": Text("厂界", "plant boundary"),
                "point": Text("无厂界，自点位起算", "none: from the point"),
            },
        ),
        COUNTY_CODE,
        Field(name="town_code", title=Text("乡镇代码", "Town code")),
        Field(name="park_code", title=Text("所在园区", "Park")),
        Field(name="cell", title=Text("网格编号", "Square")),
        Field(name="supervisor", title=Text("监管主体", "Responsible unit")),
    ),
    filters=(
        Filter(
            "outside_park",
            Text("园区外的危化企业", "Hazardous firms outside any park"),
            lambda t, on: t.c.park_code.is_(None) & ((t.c.kind == "firm") | (t.c.kind == "major_hazard")),
        ),
        Filter(
            "hazardous",
            Text("危化企业", "Hazardous firms"),
            lambda t, on: (t.c.kind == "firm") | (t.c.kind == "major_hazard"),
        ),
        Filter(
            "alpha_differs",
            Text("α 复核与申报不符", "Alpha differs from the declared one"),
            lambda t, on: t.c.alpha_raster != t.c.alpha_declared,
        ),
    ),
    draw=draw,
)
