"""Hazard sources: chemical firms, major hazard installations and power plants, with their grades."""

from layers.grading.grade import grade_legend
from layers.hazard import HAZARD_FIELDS
from layers.kinds.vector import VectorLayer
from layers.model import Json, Text, Theme
from layers.style import graded_points

LEGEND = grade_legend(symbol="dot")


def draw(theme: Theme) -> list[Json]:
    """Draw a dot per object in the colour of its grade."""
    return graded_points("hazard_source", LEGEND, theme, radius=2.6)


LAYER = VectorLayer(
    id="hazard_source",
    title=Text("危险源（全部）", "Hazard sources (all)"),
    description=Text(
        "危化品企业、重大危险源等；重大危险源按 GB 18218-2018 分级，企业按 2018 年评估导则评分着色。",
        "Chemical firms, major hazard installations and others; graded by GB 18218-2018 or by the 2018 firm score.",
    ),
    called=("危险源", "风险源", "危化企业", "危化品企业"),
    group="risk",
    order=40,
    visible=False,
    shape="point",
    findable=6,
    key="code",
    role="hazard",
    legend=LEGEND,
    cluster_below=12,
    fields=HAZARD_FIELDS,
    draw=draw,
)
