"""Major hazard installations: the hazard sources of kind ``major_hazard``, as a layer of their own."""

from layers.grading.grade import grade_legend
from layers.hazard import HAZARD_FIELDS
from layers.kinds.vector import VectorLayer
from layers.model import Json, Text, Theme
from layers.style import graded_points, labels
from layers.theme import TOKENS

LEGEND = grade_legend(symbol="ring")


def draw(theme: Theme) -> list[Json]:
    """Draw a ring-edged dot per installation, with its name when near."""
    dots = graded_points("major_hazard", LEGEND, theme, radius=4.2)
    dots[0]["paint"]["circle-stroke-color"] = TOKENS[theme]["ink"]
    dots[0]["paint"]["circle-stroke-width"] = 1.2
    return [
        *dots,
        labels("major_hazard", theme, source_layer="major_hazard", minzoom=13, size=12, offset=0.9),
    ]


LAYER = VectorLayer(
    id="major_hazard",
    title=Text("重大危险源", "Major hazard installations"),
    description=Text(
        "构成重大危险源的单元，按 GB 18218-2018 分一至四级；级别对应颜色是惯例，待主管部门确认。",
        "Installations with S >= 1, graded 1 to 4 by GB 18218-2018; grade to colour is custom, to be confirmed.",
    ),
    group="risk",
    order=42,
    derived=True,
    shape="point",
    key="code",
    legend=LEGEND,
    cluster_below=9,
    text_fields=("name",),
    text_minzoom=9,
    fields=HAZARD_FIELDS,
    draw=draw,
)
