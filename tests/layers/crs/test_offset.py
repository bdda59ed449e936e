"""Known objects that move together: the offset of a web map is told from a survey that was put right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from layers.crs.gcj import wgs_to_bd, wgs_to_gcj
from layers.crs.offset import moved_note

Floats = NDArray[np.float64]


def scattered(seed: int, count: int = 40) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    return random.uniform(118.5, 122.5, count), random.uniform(27.5, 31.0, count)


@given(st.integers(0, 10_000), st.sampled_from([("GCJ-02", wgs_to_gcj), ("BD-09", wgs_to_bd)]), st.booleans())
def test_objects_moved_by_an_offset_are_told_with_its_name_and_its_side(seed, offset, file_is_off) -> None:  # type: ignore[no-untyped-def]
    name, forward = offset
    true = scattered(seed)
    noise = np.random.default_rng(seed).normal(0, 3e-5, (2, 40))
    off = tuple(np.array(forward(*true)) + noise)
    note = moved_note(true, off) if file_is_off else moved_note(off, true)
    assert note is not None
    assert note[0] == "offset_suspected"
    assert name in note[1]
    assert name in note[2]
    assert ("文件的坐标" if file_is_off else "在用数据的坐标") in note[1]


@pytest.mark.parametrize("shift", [(0.0, 0.0), (1e-5, 0.0), (0.01, 0.0), (-0.0047, 0.0024)])
def test_another_shift_or_none_is_no_offset(shift: tuple[float, float]) -> None:
    lon, lat = scattered(1)
    assert moved_note((lon, lat), (lon + shift[0], lat + shift[1])) is None


def test_a_few_objects_prove_nothing() -> None:
    true = scattered(2, 9)
    assert moved_note(true, wgs_to_gcj(*true)) is None
