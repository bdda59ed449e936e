"""Tiles in memory: a limit in bytes, and the last ones asked for stay."""

from __future__ import annotations

from app.tiles.kept import OVERHEAD, Answer, Kept


def answer(size: int) -> Answer:
    return Answer(200, (), b"x" * size, "br", b"\r\n")


def test_what_was_asked_for_last_stays_and_the_bytes_are_counted() -> None:
    kept = Kept(3 * (1000 + OVERHEAD))
    for name in "abc":
        kept.keep((name, "br"), answer(1000))
    assert kept.get(("a", "br")) is not None
    kept.keep(("d", "br"), answer(1000))
    assert [name for name in "abcd" if kept.get((name, "br"))] == ["a", "c", "d"]
    assert kept.bytes == 3 * (1000 + OVERHEAD)


def test_a_tile_kept_again_is_counted_once() -> None:
    kept = Kept(10_000)
    kept.keep(("a", "br"), answer(1000))
    kept.keep(("a", "br"), answer(500))
    assert len(kept) == 1
    assert kept.bytes == 500 + OVERHEAD


def test_each_coding_is_kept_by_itself() -> None:
    kept = Kept(10_000)
    kept.keep(("a", "br"), answer(10))
    assert kept.get(("a", "gzip")) is None


def test_what_is_larger_than_the_whole_memory_is_not_kept() -> None:
    kept = Kept(5_000)
    kept.keep(("a", "br"), answer(10_000))
    assert len(kept) == 0
    assert kept.bytes == 0
