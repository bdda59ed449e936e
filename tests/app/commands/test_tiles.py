"""``riskmap tiles warm`` against a running server."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator

import pytest
from pmtiles.tile import deserialize_header

from app.archiving.warm import tiles_to_warm, warm_tiles
from app.settings import Settings
from tests.app.conftest import Ran
from tests.serving import Running, free_port, start


@pytest.fixture(scope="module")
def running(demo_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = start(demo_settings, tmp_path_factory.mktemp("warm") / "log")
    yield server
    server.stop()


def archived(running: Running, layer: str) -> int:
    """Return the highest zoom of the archive of a layer."""
    asked = urllib.request.Request(f"{running.url}/tiles/{layer}.pmtiles", headers={"Range": "bytes=0-126"})  # noqa: S310 - our own server
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        return int(deserialize_header(answer.read())["max_zoom"])


def test_what_an_archive_holds_is_not_asked_for_and_every_other_tile_once(running: Running) -> None:
    held = archived(running, "rescue_base")
    paths = tiles_to_warm(running.url, ["rescue_base", "population"], held + 1)
    assert len(paths) == len(set(paths))
    zooms = {(path.split("/")[2], int(path.split("/")[3])) for path in paths}
    assert {z for name, z in zooms if name == "rescue_base"} == {held + 1}
    assert {z for name, z in zooms if name == "population"} == set(range(min(held + 1, 12) + 1))
    assert all("?v=" in path for path in paths)


def test_the_command_says_how_many_tiles_and_which_was_the_slowest(
    running: Running, run_with: Callable[..., Ran], demo_settings: Settings
) -> None:
    asked = ("tiles", "warm", "--url", running.url, "--layer", "rescue_base", "--maxzoom", "12")
    told = run_with(demo_settings, *asked)
    assert told.code == 0, told.err
    said = re.search(
        r"([\d,]+) tiles \(([\d,]+) empty\), [\d.]+ MB in [\d.]+ s; slowest /tiles/rescue_base/", told.err
    )
    assert said, told.err
    tiles, empty = (int(number.replace(",", "")) for number in said.groups())
    assert tiles == len(tiles_to_warm(running.url, ["rescue_base"], 12)) > empty


def test_a_tile_that_fails_is_counted_and_named(running: Running) -> None:
    done = warm_tiles(running.url, ["/tiles/shelter/10/854/420.mvt?v=gone"], lambda units: None, at_once=2)
    assert (done.tiles, done.failed) == (0, 1)
    assert "404" in done.first_failure


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--url", "http://127.0.0.1:{free}"), 6, "no_server"),
        (("--url", "ftp://127.0.0.1"), 4, "bad_option"),
        (("--url", "http://127.0.0.1:port"), 4, "bad_option"),
        (("--layer", "nothing", "--url", "{url}"), 4, "unknown_layer"),
    ],
)
def test_what_cannot_be_warmed_is_said(
    arguments: tuple[str, ...],
    code: int,
    word: str,
    running: Running,
    run_with: Callable[..., Ran],
    demo_settings: Settings,
) -> None:
    filled = [one.format(free=free_port(), url=running.url) for one in arguments]
    told = run_with(demo_settings, "tiles", "warm", *filled)
    assert (told.code, word in told.err) == (code, True)
