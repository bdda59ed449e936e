"""The printed page: what it says, that it is safe, and that it opens with the network cable out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.analysis.coverage import CoverageParams, CoverageResult, run
from app.analysis.model import CoverageInputs
from app.reports.coverage_map import minutes, page_of, write_report
from layers.errors import BadInput


def test_a_report_is_a_page_a_geojson_and_a_table(
    answer: CoverageResult, asked: CoverageInputs, tmp_path: Path
) -> None:
    paths = write_report(answer, tmp_path / "report.html", asked.counties)
    assert [path.name for path in paths] == ["report.html", "report.geojson", "report.csv"]
    assert all(path.stat().st_size > 200 for path in paths)


def test_the_page_shows_figures_sources_method_and_the_generated_mark(
    answer: CoverageResult, asked: CoverageInputs
) -> None:
    page = page_of(answer, asked.counties)
    assert f"{100 * answer.covered_share:.1f} %" in page
    for words in (
        "人口普查",
        "2020-11-01",
        "abc123",
        "演示数据",
        "Generated demo data",
        "WGS 84",
        "半径 60 km",
    ):
        assert words in page
    for gap in answer.gaps:
        assert minutes(gap) in page


def test_what_was_asked_beside_stands_on_the_page(asked: CoverageInputs) -> None:
    sent = {
        "bands_min": [20, 45],
        "wind_rose": [
            {"speed_mps": 6, "from_deg": 20, "share": 1},
            {"speed_mps": 9, "from_deg": 200, "share": 3},
        ],
        "hospitals": [{"lon": 120, "lat": 29}],
        "hospital_within_min": 90,
        "on_scene_min": 20,
    }
    result = run(CoverageParams.model_validate(sent), asked)
    page = page_of(result, asked.counties)
    assert result.bands
    assert result.rose
    assert result.hospital
    for part in (result.bands[0].covered_share, result.rose.expected_share, result.hospital.covered_share):
        assert f"{100 * part:.1f} %" in page
    assert "呼救后 90 分内送达 1 处医院之一（现场 20 分）" in page
    assert 'id="rose"' not in page_of(run(CoverageParams(), asked), asked.counties)


def test_data_that_was_not_generated_is_not_marked_so(asked: CoverageInputs) -> None:
    real = replace(asked, sources=tuple(replace(source, generated=False) for source in asked.sources))
    assert "演示数据" not in page_of(run(CoverageParams(), real), real.counties)


def test_the_same_answer_gives_the_same_page(answer: CoverageResult, asked: CoverageInputs) -> None:
    assert page_of(answer, asked.counties) == page_of(answer, asked.counties)


def test_making_the_page_leaves_the_answer_as_it_was(answer: CoverageResult, asked: CoverageInputs) -> None:
    before = answer.model_dump_json()
    page_of(answer, asked.counties)
    assert answer.model_dump_json() == before


def test_names_are_text_and_never_markup(answer: CoverageResult, asked: CoverageInputs) -> None:
    page = page_of(answer, asked.counties)
    assert "<img" not in page
    assert "{{ 7*7 }}" in page


def test_the_page_has_no_link_to_load_from(answer: CoverageResult, asked: CoverageInputs) -> None:
    page = page_of(answer, asked.counties)
    for loading in ('src="http', "src='http", "url(http", "url(images", "@import", "cdn.", "sourceMapping"):
        assert loading not in page
    assert re.findall(r"<link[^>]*>", page) == ['<link rel="icon" href="data:,">']


def test_leaflet_brings_its_licence(answer: CoverageResult, asked: CoverageInputs) -> None:
    assert "BSD 2-Clause License" in page_of(answer, asked.counties)


def test_without_people_the_page_shows_dashes(asked: CoverageInputs) -> None:
    bare = replace(asked, population=None)
    page = page_of(run(CoverageParams(radius_km=60), bare), bare.counties)
    assert "未加载人口栅格" in page
    assert ">—<" in page


def test_a_province_wholly_within_reach_is_said_to_be_so(asked: CoverageInputs) -> None:
    page = page_of(run(CoverageParams(radius_km=500), asked), asked.counties)
    assert "All land is within reach" in page
    assert '"className": "gap"' not in page


@pytest.mark.parametrize("name", ["report.txt", "report", "missing/report.html"])
def test_an_output_that_cannot_be_written_is_refused_by_name(
    answer: CoverageResult, asked: CoverageInputs, tmp_path: Path, name: str
) -> None:
    with pytest.raises(BadInput) as caught:
        write_report(answer, tmp_path / name, asked.counties)
    assert caught.value.code == "bad_output"
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on the PATH")
    quiet = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
    ]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=quiet)
        yield browser
        browser.close()


@pytest.mark.e2e
def test_the_page_draws_its_map_with_the_network_cut_and_asks_for_nothing(
    browser: Browser, answer: CoverageResult, asked: CoverageInputs, tmp_path: Path
) -> None:
    path = write_report(answer, tmp_path / "report.html", asked.counties)[0]
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 1600})
    page = context.new_page()
    asked_for: list[str] = []
    log: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.on("console", lambda message: log.append(message.text))
    page.on("pageerror", lambda error: log.append(str(error)))
    page.on("dialog", lambda dialog: log.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector("path.disc", state="attached")

    assert page.locator("path.county").count() == len(asked.counties)
    assert page.locator("path.disc").count() == len(answer.bases)
    assert page.locator("path.gap").count() == 1
    assert page.locator(".base-mark").count() == len(answer.bases)
    assert page.locator(".worst-mark").count() == len(answer.gaps)
    assert page.locator("#gaps tbody tr").count() == len(answer.gaps)
    outline = page.locator("path.gap").bounding_box()
    assert outline is not None
    assert outline["width"] > 50
    page.locator("path.county").nth(2).hover(force=True)
    page.wait_for_selector(".leaflet-tooltip")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked_for if not url.startswith("data:")] == [path.as_uri()]
    assert log == []
    context.close()
