"""The fields of a hazard source, shared by the layers that show all of them and the major ones."""

from layers.fields import CODE, COUNTY_CODE, NAME
from layers.model import Field, FieldType, Text
from layers.units import PERSONS, POINTS

KINDS = {
    "major_hazard": Text("重大危险源", "major hazard installation"),
    "firm": Text("危化品企业", "chemical firm"),
    "power_plant": Text("电厂", "power plant"),
}

HAZARD_FIELDS = (
    CODE,
    NAME,
    Field(name="kind", title=Text("类型", "Kind"), required=True, choices=KINDS),
    Field(name="industry", title=Text("行业", "Industry")),
    COUNTY_CODE,
    Field(
        name="grade",
        title=Text("风险等级", "Grade"),
        type=FieldType.INTEGER,
        format="grade",
        computed=True,
    ),
    Field(name="grade_reason", title=Text("评定依据", "Why this grade"), computed=True),
    Field(
        name="grade_reason_en", title=Text("评定依据（英文）", "Why this grade"), computed=True, popup=False
    ),
    Field(
        name="gb18218_grade",
        title=Text("重大危险源级别", "GB 18218 grade"),
        type=FieldType.INTEGER,
        computed=True,
    ),
    Field(name="s_value", title=Text("S 值", "S"), type=FieldType.DECIMAL, computed=True),
    Field(name="r_value", title=Text("R 值", "R"), type=FieldType.DECIMAL, computed=True),
    Field(name="grade_method", title=Text("评定方法", "Method"), computed=True),
    Field(name="grade_cutoffs", title=Text("阈值集", "Cut-off set"), computed=True),
    Field(name="inventory", title=Text("物质清单（CAS:吨）", "Inventory (CAS:tonnes)")),
    Field(
        name="residents_500m",
        title=Text("500 米内常住人口", "Residents within 500 m"),
        type=FieldType.INTEGER,
        minimum=0,
        unit=PERSONS,
    ),
    Field(
        name="firm_score",
        title=Text("企业评估得分", "Firm score"),
        type=FieldType.DECIMAL,
        minimum=0,
        maximum=100,
        unit=POINTS,
    ),
    Field(name="red_line", title=Text("直接判红情形", "Red-line situation"), type=FieldType.BOOLEAN),
    *(
        Field(
            name=f"lec_{letter}",
            title=Text(f"LEC 的 {letter.upper()}", f"LEC {letter.upper()}"),
            type=FieldType.DECIMAL,
            minimum=0,
            maximum=100,
            popup=False,
        )
        for letter in "lec"
    ),
    *(
        Field(
            name=f"ls_{letter}",
            title=Text(f"LS 的 {letter.upper()}", f"LS {letter.upper()}"),
            type=FieldType.DECIMAL,
            minimum=1,
            maximum=5,
            popup=False,
        )
        for letter in "ls"
    ),
    Field(name="supervisor", title=Text("监管主体", "Responsible unit")),
    Field(name="assessor", title=Text("评定人", "Assessor")),
    Field(name="assessed_on", title=Text("评定日期", "Assessed on"), type=FieldType.DATE),
)
