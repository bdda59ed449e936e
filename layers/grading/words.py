"""Sentences that explain grades: how they end, and many of them at once."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from layers.grading.grade import Grade
from layers.model import Text


def outcome(zh: str, en: str, colour: float, label: str = "") -> Text:
    """Return ``<what> → <word of the grade>``; without a grade it says that the values cannot be used."""
    if math.isnan(colour):
        return Text(f"{zh}：数值不可用，未评定", f"{en}: the values cannot be used, not graded")
    word = Grade(int(colour)).text
    return Text(f"{zh} → {label}{word.zh}", f"{en} -> {label}{word.en.lower()}")


def written_once(
    say: Callable[..., Text], *columns: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return what ``say`` says of the numbers of each row, Chinese and English; alike rows are put into words once.

    Scores have one decimal and factors come from short lists, so there are far fewer sentences than rows.
    """
    kind = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, at = np.unique(column, return_inverse=True)
        kind = np.unique(kind * len(values) + at, return_inverse=True)[1]
    first = np.unique(kind, return_index=True)[1]
    said = [say(*row) for row in zip(*(column[first].tolist() for column in columns), strict=True)]
    zh, en = (np.array(one, dtype=object) for one in ([t.zh for t in said], [t.en for t in said]))
    return zh[kind], en[kind]
