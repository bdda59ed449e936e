"""The commands of the loads, called in this process: what they print and their exit codes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from layers.region import BEIJING
from tests.app.conftest import Run

OK, DECISION, BAD_ROWS, REFUSED, CONFLICT = 0, 2, 3, 4, 5
HEAD = "code,name,level,capacity,lon,lat\n"
GOOD = HEAD + "S1,一号,village,50,120.1,30.2\nS2,二号,county,300,120.2,30.3\n"
BAD = GOOD + "S3,三号,village,many,120.3,30.2\n"


def written(folder: Path, content: str, name: str = "s.csv") -> Path:
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def test_a_file_goes_in_by_one_command_and_the_same_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    first = run("load", file, "--layer", "shelter", "--json")
    assert (first.code, first.json["state"], first.json["rows_loaded"]) == (OK, "loaded", 2)
    again = run("load", file, "--layer", "shelter", "--json")
    assert (again.code, again.json["id"]) == (OK, first.json["id"])
    assert "无须再载" in run("load", file, "--layer", "shelter").out
    plain = run("load", written(tmp_path, GOOD, "t.csv"), "--layer", "shelter", "--owner", "县局")
    assert (plain.code, "version" in plain.out) == (OK, True)


def test_a_load_step_by_step_to_its_undo(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    seen = run("loads", "inspect", file, "--json").json
    assert [column["name"] for column in seen["tables"][0]["columns"]][:2] == ["code", "name"]
    assert seen["tables"][0]["reading"]["candidates"][0]["in_province"] == 1.0
    staged = run("loads", "stage", file, "--layer", "shelter", "--person", "甲", "--json")
    load = staged.json["id"]
    assert (staged.code, staged.json["state"], staged.json["person"]) == (OK, "checked", "甲")
    preview = run("loads", "preview", load)
    assert (preview.code, "+ S1  一号" in preview.out) == (OK, True)
    wrong = run("loads", "commit", load, "--expect-version", "abc")
    assert (wrong.code, "version_changed" in wrong.err) == (CONFLICT, True)
    assert run("loads", "commit", load, "--json").json["state"] == "loaded"
    assert run("loads", "diff", load, "--json").json["counts"]["new"] == 2
    assert run("loads", "rollback", load).code == OK
    history = run("loads", "history", "shelter", "--json").json["loads"]
    assert [one["kind"] for one in history] == ["rollback", "file"]
    again = run("loads", "commit", load)
    assert (again.code, "load_ended" in again.err) == (CONFLICT, True)


def test_what_needs_a_decision_says_which_and_how_to_give_it(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("capacity", "people"))
    asked = run("load", file, "--layer", "shelter")
    assert (asked.code, "field_missing" in asked.out) == (DECISION, True)
    load = asked.out.split()[1]
    committed = run("loads", "commit", load)
    assert (committed.code, "field_missing" in committed.err) == (DECISION, True)
    answered = run("loads", "amend", load, "--set-key", 'rename={"people": "capacity"}', "--json")
    assert (answered.code, answered.json["state"]) == (OK, "checked")
    assert run("loads", "commit", load).code == OK


def test_numbers_that_are_no_place_need_a_coordinate_system(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "code,name,level,capacity,x,y\nS1,a,village,1,5000000,77\n")
    asked = run("load", file, "--layer", "shelter", "--x", "x", "--y", "y")
    assert (asked.code, "crs_unknown" in asked.out, "EPSG:4549" in asked.out) == (DECISION, True, True)


def test_bad_rows_are_listed_written_mended_and_loaded(run: Run, tmp_path: Path) -> None:
    staged = run("loads", "stage", written(tmp_path, BAD), "--layer", "shelter", "--json")
    load = staged.json["id"]
    assert (staged.code, staged.json["counts"]["bad"]) == (BAD_ROWS, 1)
    refused = run("loads", "commit", load)
    assert (refused.code, "rows_refused" in refused.err, "第 3 行" in refused.err) == (BAD_ROWS, True, True)
    for way in (f"loads commit {load} --bad skip", f"loads errors {load} --xlsx", f"loads discard {load}"):
        assert f"riskmap {way}" in refused.err
    targets = {kind: tmp_path / f"faults.{kind}" for kind in ("csv", "xlsx", "gpkg")}
    listed = run(
        "loads", "errors", load, *[part for k, p in targets.items() for part in (f"--{k}", p)], "--json"
    )
    assert (listed.code, listed.json["total"]) == (OK, 1)
    assert all(path.stat().st_size for path in targets.values())
    assert run("loads", "commit", load, "--bad", "skip").code == OK
    with xlsxwriter.Workbook(str(tmp_path / "fix.xlsx")) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["数据行号 row", "capacity"])
        page.write_row(1, 0, [3, 7])
    fixed = run("loads", "fix", load, tmp_path / "fix.xlsx", "--json")
    assert (fixed.code, fixed.json["kind"], fixed.json["counts"]["new"]) == (OK, "fix", 1)
    assert run("loads", "commit", fixed.json["id"]).code == OK


def test_a_stage_is_told_where_the_header_stands(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "本表由县应急局填报\n" + GOOD)
    staged = run(
        "loads", "stage", file, "--layer", "shelter", "--header-row", "2", "--data-row", "3", "--json"
    )
    assert (staged.code, staged.json["counts"]["bad"], staged.json["state"]) == (OK, 0, "checked")
    assert run("loads", "stage", file, "--header-row", "0").code == DECISION


def test_profiles_are_suggested_saved_tried_and_used(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.replace("capacity", "people"))
    suggested = run("profiles", "suggest", file, "--layer", "shelter", "--json").json
    assert "people" in suggested["unused"]
    load = run(
        "loads", "stage", file, "--layer", "shelter", "--set-key", 'rename={"people":"capacity"}', "--json"
    ).json
    saved = run("profiles", "save", "县局", "--load", load["id"], "--json").json
    assert (saved["version"], saved["body"]) == (1, {"rename": {"people": "capacity"}})
    assert "县局" in run("profiles", "list").out
    tried = run("profiles", "test", "县局", file, "--json")
    assert (tried.code, tried.json["counts"]["new"]) == (OK, 2)
    used = run("load", file, "--layer", "shelter", "--profile", "县局", "--json")
    assert (used.code, used.json["state"]) == (OK, "loaded")


def test_what_cannot_be_used_is_refused_in_one_line(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    calls = [
        (("load", tmp_path / "nothing.csv", "--layer", "shelter"), "file_missing"),
        (("load", file, "--layer", "nolayer"), "unknown_layer"),
        (("load", file, "--layer", "risk_zone"), "derived_layer"),
        (("load", file, "--layer", "shelter", "--profile", "nothing"), "unknown_profile"),
        (("load", file, "--layer", "shelter", "--mode", "merge"), "bad_profile"),
        (("loads", "show", "nothing"), "unknown_load"),
        (("loads", "commit", "nothing", "--max-gone", "viel"), "bad_option"),
        (("loads", "amend", "nothing", "--set-key", "x"), "bad_option"),
    ]
    for arguments, code in calls:
        ran = run(*arguments)
        assert ran.code == REFUSED, (arguments, ran)
        assert f"[{code}]" in ran.err, (arguments, ran.err)
        assert "Traceback" not in ran.err


def test_a_sync_that_takes_too_much_needs_a_decision(run: Run, tmp_path: Path) -> None:
    run("load", written(tmp_path, GOOD), "--layer", "shelter")
    less = written(tmp_path, HEAD + "S1,一号,village,50,120.1,30.2\n", "less.csv")
    asked = run("load", less, "--layer", "shelter", "--mode", "sync")
    assert (asked.code, "too_many_gone" in asked.err + asked.out) == (DECISION, True)
    load = run("loads", "history", "--json").json["loads"][0]["id"]
    assert run("loads", "amend", load, "--set-key", "max_gone=0.5").code == OK
    assert run("loads", "commit", load, "--max-gone", "50%", "--json").json["state"] == "loaded"


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("load", "nowhere.csv", "--layer", "shelter", "--json"), "file_missing", REFUSED),
        (("load", "nowhere.csv", "--json"), "file_missing", REFUSED),
        (("load", "--json"), "usage", DECISION),
        (("loads", "show", "none", "--json"), "unknown_load", REFUSED),
    ],
)
def test_an_error_is_json_where_json_was_asked_for(
    arguments: tuple[str, ...], code: str, exit_code: int, run: Run
) -> None:
    ran = run(*arguments)
    assert (ran.json["code"], ran.json["exit_code"], ran.code) == (code, exit_code, exit_code)
    assert ran.json["detail"]
    assert ran.json["detail_en"]


def test_times_are_those_of_the_province_with_their_offset_in_json(run: Run, tmp_path: Path) -> None:
    before = datetime.now(BEIJING).replace(second=0, microsecond=0)
    assert run("load", written(tmp_path, GOOD), "--layer", "shelter").code == OK
    [load] = run("loads", "history", "--json").json["loads"]
    assert load["started_at"].endswith("+08:00")
    assert load["finished_at"].endswith("+08:00")
    assert before <= datetime.fromisoformat(load["started_at"]) <= datetime.now(BEIJING)
    assert load["id"].startswith(f"{datetime.fromisoformat(load['started_at']):%y%m%d%H%M}")
    line = run("loads", "history").out
    assert f"{datetime.fromisoformat(load['started_at']):%Y-%m-%d %H:%M}" in line


def test_inspecting_a_file_ranks_the_layers_it_fits_and_says_why(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, GOOD, "避灾点2024.csv")
    assert (
        "*--layer shelter          避灾安置场所 / Shelters: 文件名含“避灾点”；4 个字段对上"
        in run("loads", "inspect", file).out
    )
    [table] = run("loads", "inspect", file, "--json").json["tables"]
    assert table["layer"] == "shelter"
    assert table["layers"][0]["why"]["en"].startswith("the file name has “避灾点”; 4 fields fit")
    scores = [one["score"] for one in table["layers"]]
    assert scores == sorted(scores, reverse=True)
    other = run("loads", "inspect", written(tmp_path, GOOD, "a.csv"), "--json").json["tables"][0]
    assert (other["layer"], other["layers"][0]["layer"]) == (None, "shelter")


NASTY = "\x1b[2J\x9b31m\u202e\u200b"


def test_names_and_cells_that_would_steer_a_terminal_are_written_out_and_kept_as_they_are(
    run: Run, tmp_path: Path
) -> None:
    long = "超长字段名" * 60
    file = written(
        tmp_path,
        f"code,name,level,capacity,lon,lat,{long}{NASTY}\nS1,一{NASTY},{NASTY}坏,50,120.1,30.2,x\n",
        f"避灾{NASTY}点{'长' * 60}.csv",
    )
    said = [
        run("loads", "inspect", file),
        run("loads", "stage", file, "--layer", "shelter"),
        run("load", file, "--layer", "shelter"),
        run("load", file, "--layer", "shelter", "--json"),
    ]
    load = said[1].out.split()[1]
    said += [run("loads", "errors", load), run("loads", "preview", load), run("loads", "history")]
    for one in said:
        assert not [c for c in one.out + one.err if c in NASTY and c not in "[2J31m"], one
    assert long in said[0].out
    assert "\\u202e" in said[4].out
    [fault] = run("loads", "errors", load, "--json").json["faults"]
    assert fault["value"] == f"{NASTY}坏"


def test_without_a_layer_the_file_goes_where_it_is_plainly_meant_for_and_says_why(
    run: Run, tmp_path: Path
) -> None:
    ran = run("load", written(tmp_path, GOOD, "避灾点2024.csv"))
    assert (ran.code, "-> shelter" in ran.out) == (OK, True)
    assert "[layer_guessed] 图层按文件判断为“避灾安置场所”：文件名含“避灾点”；4 个字段对上" in ran.out
    again = run("load", tmp_path / "避灾点2024.csv")
    assert (again.code, "无须再载" in again.out) == (OK, True)
    staged = run("loads", "stage", written(tmp_path, GOOD + "S3,三号,village,9,120.3,30.2\n", "避灾点.csv"))
    assert (staged.code, "riskmap loads commit" in staged.out) == (OK, True)


def test_without_a_layer_a_file_that_could_be_several_prints_the_command_for_each(
    run: Run, tmp_path: Path
) -> None:
    for command in (("load",), ("loads", "stage")):
        ran = run(*command, written(tmp_path, GOOD, "data.csv"))
        assert (ran.code, "[layer_missing]" in ran.out) == (DECISION, True)
        line = next(line for line in ran.out.splitlines() if line.endswith("--set-key 'layer=shelter'"))
        assert run("loads", *line.split()[2:4], "--set-key", "layer=shelter").code == OK


def test_a_saved_profile_names_the_layer_too(run: Run, tmp_path: Path) -> None:
    first = run("load", written(tmp_path, GOOD), "--layer", "shelter", "--json").json["id"]
    assert run("profiles", "save", "县局", "--load", first).code == OK
    more = written(tmp_path, HEAD + "S9,九号,village,9,120.3,30.2\n", "x.csv")
    ran = run("load", more, "--profile", "县局", "--json")
    assert (ran.code, ran.json["layer"]) == (OK, "shelter")


def test_inspecting_a_file_that_fits_no_layer_says_so(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "甲乙,丙丁\n1,2\n", "x.csv")
    assert "与各图层都对不上" in run("loads", "inspect", file).out
