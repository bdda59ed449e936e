"""Journeys through the load wizard in a real browser: from a dropped file to the map, and back."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
import xlsxwriter
from playwright.sync_api import expect

from tests.e2e.conftest import OpenTab
from tests.e2e.driver import SETTLED_MS, MapPage, expect_text
from tests.e2e.loading import BAD, LAYER, ROWS, api, commit, discard, mend, served, shelters
from tests.serving import Running


def test_a_gbk_shapefile_without_prj_goes_from_the_drop_to_the_map_and_back(
    page: MapPage, loading: Running, tmp_path: Path
) -> None:
    before = served(loading)
    page.open().drop(shelters(tmp_path / "避灾点2026.zip", prefix="BZ"))

    # the datum is asked; both readings are on the map, and the page has gone there
    expect_text(page.part("load-question"), "基准")
    expect(page.part("crs-candidate").first).to_contain_text("EPSG:4528", timeout=SETTLED_MS)
    page.part("crs-candidate").nth(1).hover()
    page.settle()
    chosen, other = page.sketched("chosen"), page.sketched("other")
    assert len(chosen) == len(other) > 20
    assert all(121.7 < lon < 121.9 and 29.8 < lat < 30.0 for lon, lat in chosen)
    page.page.wait_for_timeout(800)
    assert page.view()[0] == pytest.approx(121.785, abs=0.05)
    page.part("load-option").filter(has_text="CGCS2000").click()
    expect_text(page.part("crs-chosen"), "EPSG:4528")
    expect(page.part("crs-forget")).to_be_enabled(timeout=SETTLED_MS)
    page.part("crs-forget").click()
    page.part("load-option").filter(has_text="CGCS2000").click()
    expect_text(page.part("crs-chosen"), "EPSG:4528")

    # the text was read as it is, the columns were found by their names
    page.step("file")
    expect_text(page.part("encoding-samples"), "红星小学避灾点")

    # the layer was plain by the name and the columns; it says so, and can be changed
    expect(page.part("load-layer").locator("option:checked")).to_have_text("避灾安置场所")
    expect_text(page.part("load-panel"), "文件名含“避灾点”；5 个字段对上")
    page.step("fields")
    expect(page.source_of("capacity").locator("option:checked")).to_have_text("容纳人数", timeout=SETTLED_MS)
    expect(page.source_of("code").locator("option:checked")).to_have_text("编号", timeout=SETTLED_MS)
    expect_text(page.part("load-mapping"), "BZ0000")

    # what it would do; one row is bad, with its reason
    page.part("load-next").click()
    expect(page.part("count-new")).to_have_text(str(ROWS - 1), timeout=SETTLED_MS)
    expect(page.part("count-bad")).to_have_text("1", timeout=SETTLED_MS)
    expect_text(page.part("load-panel"), "约一百人")
    expect(page.part("load-commit")).to_be_disabled()
    page.part("load-bad_rows-skip").check()
    commit(page)
    assert served(loading) == before + ROWS - 1
    expect_text(page.layer(LAYER), f"{before + ROWS - 1:,}")
    first = page.load_id()

    # the bad row is mended in a spreadsheet and joins the others
    sheet = page.download("errors-xlsx", tmp_path)
    page.choose("fix-file", mend(sheet, tmp_path / "改正.xlsx", "容纳人数", "100"))
    expect(page.part("count-new")).to_have_text("1", timeout=SETTLED_MS)
    assert page.load_id() != first
    commit(page)
    assert served(loading) == before + ROWS

    # it is on the map at once
    page.part("load-see").click()
    expect(page.part("load-panel")).to_be_hidden()
    page.settle()
    assert "layers=" in page.page.url
    page.fly(121.75 + 0.01 * BAD, 29.85, 15)
    page.page.wait_for_timeout(500)
    page.settle()
    assert "红星小学避灾点7" in {one.get("name") for one in page.drawn(LAYER)}

    # and is taken back: the mended row first, then the rest
    page.page.go_back()
    expect_text(page.part("load-outcome"), "已入库")
    page.part("load-undo").click()
    page.part("load-undo-yes").click()
    expect_text(page.part("load-outcome"), "已撤销")
    assert served(loading) == before + ROWS - 1
    page.open(f"load={first}")
    page.part("load-undo").click()
    page.part("load-undo-yes").click()
    expect_text(page.part("load-failure"), "later_loads")
    page.part("load-undo").click()
    page.part("load-undo-yes").click()
    expect_text(page.part("load-outcome"), "已撤销")
    assert served(loading) == before
    page.log_is_clean("409")


def test_nothing_is_lost_when_the_panel_is_closed_or_the_page_is_loaded_again(
    page: MapPage, loading: Running, tmp_path: Path
) -> None:
    page.open()
    page.part("load-open").click()
    page.part("load-into").select_option(LAYER)
    page.part("load-person").fill("王芳")
    page.choose("load-files", shelters(tmp_path / "重开.zip", prefix="CK", prj=True))
    expect(page.part("count-new")).to_have_text(str(ROWS - 1), timeout=SETTLED_MS)
    load = page.load_id()
    page.key("Escape")
    expect(page.part("load-panel")).to_be_hidden()
    assert "load=" not in page.page.url
    expect(page.part("load-open")).to_be_focused()
    page.part("load-open").click()
    row = page.page.locator(f'[data-testid="load-row"][data-load="{load}"]')
    expect_text(row, "王芳")
    row.click()
    expect(page.part("count-new")).to_have_text(str(ROWS - 1), timeout=SETTLED_MS)
    page.reload()
    expect(page.part("count-new")).to_have_text(str(ROWS - 1), timeout=SETTLED_MS)
    # the same file again is the same load
    page.page.goto(f"{loading.url}/#load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", tmp_path / "重开.zip")
    expect_text(page.part("load-note"), "以前")
    assert page.load_id() == load
    discard(page)
    page.log_is_clean()


def test_loose_parts_are_one_file_and_its_text_can_be_read_otherwise(page: MapPage, tmp_path: Path) -> None:
    with zipfile.ZipFile(shelters(tmp_path / "a.zip", prefix="SC", prj=True, bad=False)) as archive:
        archive.extractall(tmp_path)
    page.open("load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", *sorted((tmp_path / "避灾点").iterdir()))
    expect(page.part("count-new")).to_have_text(str(ROWS), timeout=SETTLED_MS)
    page.step("file")
    expect_text(page.part("encoding-samples"), "红星小学避灾点")

    page.part("load-encoding").select_option("ISO-8859-1")
    expect(page.part("encoding-samples")).not_to_contain_text("红星", timeout=SETTLED_MS)
    expect(page.part("load-encoding")).to_be_enabled(timeout=SETTLED_MS)
    page.step("file")
    page.part("load-encoding").select_option(label="自动判断")
    expect_text(page.part("encoding-samples"), "红星小学避灾点")
    expect(page.part("load-discard")).to_be_enabled(timeout=SETTLED_MS)
    discard(page)
    page.log_is_clean()


def test_a_column_is_mapped_by_hand_codes_are_translated_and_the_profile_is_kept(
    page: MapPage, loading: Running, tmp_path: Path
) -> None:
    lines = ["bm,场所,等次,床,经度,纬度", *(f"H{at},场所{at},镇,5,{120 + at / 100},29.5" for at in range(5))]
    (tmp_path / "场所.csv").write_text("\n".join(lines), encoding="gb18030")
    page.open("load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", tmp_path / "场所.csv")
    expect_text(page.part("load-question"), "必填")
    for field, column in (("name", "场所"), ("level", "等次"), ("capacity", "床")):
        expect(page.source_of(field)).to_be_enabled(timeout=SETTLED_MS)
        page.source_of(field).select_option(label=column)
        expect(page.source_of(field).locator("option:checked")).to_have_text(column, timeout=SETTLED_MS)
    page.source_of("status").select_option(label="固定值…")
    page.part("load-constant").select_option(label="开放")
    expect_text(page.page.locator('.load-map[data-field="status"]'), "固定值")
    page.page.locator('[data-testid="load-profile"] summary').click()
    page.part("profile-name").fill("某县场所")
    page.part("profile-save").click()
    expect_text(page.part("toast"), "第 1 版")
    expect(page.part("profile-apply")).to_contain_text("某县场所")
    page.step("check")
    expect(page.part("count-bad")).to_have_text("5", timeout=SETTLED_MS)
    page.page.locator('[data-testid="code-of"][data-value="镇"]').select_option(label="乡镇级")
    page.part("code-use").click()
    expect(page.part("count-bad")).to_have_text("0", timeout=SETTLED_MS)
    expect(page.part("count-new")).to_have_text("5", timeout=SETTLED_MS)
    discard(page)
    page.log_is_clean()


def test_a_synchronisation_that_would_remove_too_much_is_held_back(
    page: MapPage, loading: Running, tmp_path: Path
) -> None:
    before = served(loading)
    page.open("load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", shelters(tmp_path / "同步.zip", prefix="SY", prj=True, bad=False))
    expect(page.part("load-commit")).to_be_enabled(timeout=SETTLED_MS)
    page.part("load-mode-sync").check()
    expect(page.part("load-max-gone")).to_be_enabled(timeout=SETTLED_MS)
    expect_text(page.part("load-sum"), "超过限额")
    expect(page.part("load-commit")).to_be_disabled()
    expect(page.part("count-gone")).to_have_text(f"{before:,}", timeout=SETTLED_MS)
    page.part("load-mode-upsert").check()
    expect(page.part("load-commit")).to_be_enabled(timeout=SETTLED_MS)
    discard(page)
    assert served(loading) == before
    page.log_is_clean()


def test_a_load_that_was_overtaken_is_checked_again_before_it_is_committed(
    page: MapPage, open_tab: OpenTab, loading: Running, tmp_path: Path
) -> None:
    page.open("load=new")
    page.part("load-into").select_option(LAYER)
    page.choose("load-files", shelters(tmp_path / "先到.zip", prefix="XD", prj=True, bad=False))
    expect(page.part("load-commit")).to_be_enabled(timeout=SETTLED_MS)
    other = open_tab(loading.url).open("load=new")
    other.part("load-into").select_option(LAYER)
    other.choose("load-files", shelters(tmp_path / "后到.zip", prefix="HD", prj=True, bad=False))
    commit(other)
    page.part("load-commit").click()
    expect_text(page.part("load-held"), "新版本")
    page.part("load-recheck").click()
    expect(page.part("load-held")).to_be_hidden(timeout=SETTLED_MS)
    commit(page)
    page.log_is_clean("412")
    other.log_is_clean()


def test_a_file_that_is_something_else_is_refused_by_name_and_harms_nothing(
    page: MapPage, loading: Running, tmp_path: Path
) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    hostile = tmp_path / "避灾点.geojson"
    hostile.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>{tmp_path}/secret.csv</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>",
        encoding="utf-8",
    )
    page.open("load=new")
    page.choose("load-files", hostile)
    expect_text(page.part("load-failure"), re.compile("避灾点.geojson"))
    assert "secret" not in page.part("load-panel").inner_text()
    expect(page.part("load-row").first).to_contain_text("未接受")
    page.part("load-row").first.click()
    expect_text(page.part("load-outcome"), "未被接受")
    page.log_is_clean("422", "400", "415")
    assert api(loading, "/health")["status"] == "ok"


def test_a_raster_goes_the_same_way_in_fewer_steps(page: MapPage, loading: Running, tmp_path: Path) -> None:
    grid = np.arange(12 * 10, dtype="float32").reshape(12, 10)
    transform = rasterio.transform.from_origin(120.0, 30.0, 0.01, 0.01)
    with rasterio.open(
        tmp_path / "人口.tif", "w", driver="GTiff", width=10, height=12, count=1, dtype="float32", crs=4326,
        transform=transform, nodata=-1,
    ) as raster:  # fmt: skip
        raster.write(grid, 1)
    page.open("load=new")
    page.part("load-into").select_option("population")
    page.choose("load-files", tmp_path / "人口.tif")
    expect(page.part("load-commit")).to_be_enabled(timeout=SETTLED_MS)
    expect(page.part("load-step-fields")).to_have_count(0)
    expect(page.part("load-step-crs")).to_have_count(0)
    commit(page)
    page.part("load-see").click()
    expect(page.part("load-panel")).to_be_hidden()
    assert "population" in page.page.url
    page.page.go_back()
    page.part("load-undo").click()
    page.part("load-undo-yes").click()
    expect_text(page.part("load-outcome"), "已撤销")
    page.log_is_clean()


def test_a_sheet_under_a_title_is_read_from_its_header_and_another_row_may_be_chosen(
    page: MapPage, tmp_path: Path
) -> None:
    rows = [
        ["2026年避灾安置场所汇总表"],
        ["填报单位：某县应急管理局", "", "", "日期：2026-05-01"],
        ["编号", "避灾点名称", "坐标", "", "级别", "容纳人数"],
        ["", "", "经度", "纬度", "", ""],
        *([f"T{at}", f"场所{at}", 121.8 + at / 100, 29.9, "村级", 50] for at in range(4)),
        ["合计", "", "", "", "", 200],
    ]
    with xlsxwriter.Workbook(tmp_path / "避灾点汇总.xlsx") as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            sheet.write_row(line, 0, row)
    page.open("load=new")
    page.choose("load-files", tmp_path / "避灾点汇总.xlsx")
    expect(page.part("count-new")).to_have_text("4", timeout=SETTLED_MS)
    expect_text(page.part("load-panel"), "像是合计、填表人或注释")
    expect_text(page.part("load-legend"), "＋")
    page.step("file")
    expect_text(page.part("header-why"), "两行表头")
    expect_text(page.part("above-header"), "第 2 行：填报单位：某县应急管理局")

    page.part("load-header-row").select_option("5")
    expect_text(page.part("load-question"), "第 5 行")
    page.part("load-option").click()
    expect(page.part("count-new")).to_have_text("4", timeout=SETTLED_MS)
    page.step("file")
    page.part("load-header-row").select_option("4")
    expect_text(page.part("header-why"), "由操作人员指定")
    page.step("fields")
    expect_text(page.part("load-question"), "必填")
    discard(page)
    page.log_is_clean()
