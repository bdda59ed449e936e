"""The four-colour risk grade: 重大 red > 较大 orange > 一般 yellow > 低 blue; no data is none of them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from layers.constants.shipped import shipped
from layers.model import Legend, LegendClass, Text


class Grade(IntEnum):
    """Risk grade, 1 worst. The number is what files, tables and tiles carry; None means not graded."""

    RED = 1
    ORANGE = 2
    YELLOW = 3
    BLUE = 4

    @property
    def text(self) -> Text:
        """The grade in words."""
        return WORDS[self]


WORDS = {
    Grade.RED: Text("重大", "Major"),
    Grade.ORANGE: Text("较大", "High"),
    Grade.YELLOW: Text("一般", "Moderate"),
    Grade.BLUE: Text("低", "Low"),
}
NO_DATA = Text("无数据", "No data")


def worst(grades: Iterable[int | None]) -> Grade | None:
    """Return the worst grade of a set of objects (就高: a zone takes its worst member), None if none is graded."""
    known = [grade for grade in grades if grade is not None]
    return Grade(min(known)) if known else None


def grade_legend(field: str = "grade", *, symbol: str = "fill") -> Legend:
    """Return the one legend of the four colours, with the grey row for objects without a grade.

    The tones are those of the shipped constants: they are chosen for colour vision and drawn into every style, so they
    change with a release of the program, not while it runs.
    """
    tone = {name: shipped().word(f"colours.{name}") for name in ("1", "2", "3", "4", "none")}
    return Legend(
        field=field,
        title=Text("风险分级", "Risk grade"),
        classes=(
            LegendClass(1, WORDS[Grade.RED], tone["1"], "cross", symbol),
            LegendClass(2, WORDS[Grade.ORANGE], tone["2"], "diagonal", symbol),
            LegendClass(3, WORDS[Grade.YELLOW], tone["3"], "dots", symbol),
            LegendClass(4, WORDS[Grade.BLUE], tone["4"], "plain", symbol),
            LegendClass(None, NO_DATA, tone["none"], "nodata", symbol),
        ),
    )
