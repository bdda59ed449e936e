"""Loads in lines for a terminal."""

from __future__ import annotations

import json
from typing import Any

from app.loading import Load
from layers.errors import RiskmapError

LAYERS_SHOWN = 4
LAYER_QUESTION = "layer_missing"
NO_LAYER = {
    "zh": "与各图层都对不上：文件名和列名都没有线索，载入时请用 --layer 指定",
    "en": "fits no layer: neither its name nor its columns say which; name one with --layer",
}


def both(said: Any) -> str:
    """Return what is said in both languages, each once."""
    zh, en = (said["zh"], said["en"]) if isinstance(said, dict) else (said.zh, said.en)
    return zh if zh == en else f"{zh} / {en}"


def describe_load(load: Load) -> list[str]:
    """Return a load in a few lines."""
    lines = [
        f"load {load.id}  {load.state}  {load.file} -> {load.layer or '?'}  {load.rows_in:,} rows read",
    ]
    if load.facts and load.facts.encoding:
        encoding = load.facts.encoding
        lines.append(f"encoding {encoding.name}: {both(encoding.evidence)}")
        lines += [f"  {sample}" for sample in encoding.samples]
    if load.reading and load.reading.get("operation"):
        lines.append(f"coordinates: {both(load.reading['operation'])}")
    lines += [f"[{f.code}] {both(f)}" for f in (load.survey.findings if load.survey else [])]
    lines += [f"[{f.code}] {both(f)}" for f in load.findings]
    if load.counts:
        lines.append(changes(load.counts, load.removes))
    if load.version:
        lines.append(f"version {load.version}, {load.rows_loaded:,} rows")
    if load.message:
        lines.append(both(load.counts["problem"]) if "problem" in load.counts else load.message)
    if load.state == "checked" and not load.questions:
        lines.append(f"已核对，可入库 / checked, ready to go in: riskmap loads commit {load.id}")
    if load.state == "committing" or (load.state in ("received", "staged") and not load.questions):
        lines.append(
            f"未完成，可继续，或以 discard 放弃 / not done: go on, or discard it: riskmap loads amend {load.id}"
        )
    return lines


def ways_on(error: RiskmapError) -> list[str]:
    """Return the commands that lead on from a load whose rows were refused, or one that is not checked."""
    load = error.where.get("load")
    if load is None or error.code not in ("rows_refused", "not_checked"):
        return []
    if error.code == "not_checked":
        return [
            f"继续 / go on: riskmap loads amend {load}",
            f"放弃 / give it up: riskmap loads discard {load}",
        ]
    return [
        f"跳过坏行入库 / load the good rows: riskmap loads commit {load} --bad skip",
        f"写成待修正表 / a sheet to mend them: riskmap loads errors {load} --xlsx bad.xlsx",
        f"放弃 / give it up: riskmap loads discard {load}",
    ]


def changes(counts: dict[str, Any], removes: bool = True) -> str:
    """Return the counts of a load in one line; served rows that the file lacks are gone only where it ``removes``."""
    names = ("new", "changed", "same", "gone", "bad", "warned")
    said = {"gone": "gone" if removes else "not in the file (kept)"}
    return "  ".join(f"{said.get(name, name)} {counts[name]:,}" for name in names if name in counts)


def describe_questions(questions: list[dict[str, Any]], load_id: str) -> list[str]:
    """Return open decisions with the command that gives each answer."""
    lines: list[str] = []
    for asked in questions:
        lines.append(f"? [{asked['code']}] {both(asked)}")
        listed = asked["options"][: LAYERS_SHOWN if asked["code"] == LAYER_QUESTION else None]
        others = [str(option["set"].get("layer")) for option in asked["options"][len(listed) :]]
        for option in listed:
            keys = " ".join(
                f"--set-key '{key}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}'"
                for key, value in option["set"].items()
            )
            lines += [f"    {both(option)}", f"      riskmap loads amend {load_id} {keys}"]
        if others:
            lines.append(f"    其余 / others (--set-key 'layer=…'): {', '.join(others)}")
    return lines


def describe_survey(found: dict[str, Any]) -> list[str]:
    """Return a survey in lines: per table its columns, encoding, samples and coordinate systems."""
    lines = [f"{found['file']}  {found['bytes']:,} bytes  sha256 {found['sha256'][:16]}…"]
    for table in found["tables"]:
        rows = "?" if table["rows"] is None else f"{table['rows']:,}"
        lines.append(f"{table['name']}  {table['format']}  {rows} rows  {table['geometry']}")
        lines.append("  columns: " + ", ".join(f"{c['name']} ({c['type']})" for c in table["columns"]))
        if table["heading"]:
            heading = table["heading"]
            lines.append(
                f"  header row {heading['row']}, data from row {heading['data_row']}: {both(heading['why'])}"
            )
        if table["encoding"]:
            lines.append(f"  encoding {table['encoding']['name']}: {both(table['encoding']['evidence'])}")
            lines += [f"    {sample}" for sample in table["encoding"]["samples"]]
        if not table["layers"]:
            lines.append(f"  {both(NO_LAYER)}")
        for fit in table["layers"][:LAYERS_SHOWN]:
            mark = "*" if fit["layer"] == table["layer"] else " "
            lines.append(f" {mark}--layer {fit['layer']:16} {both(fit['title'])}: {both(fit['why'])}")
        for candidate in table["reading"]["candidates"][:4]:
            axes = " (axes swapped)" if candidate["swapped"] else ""
            lines.append(
                f"  {candidate['confidence']:>3} % {candidate['key']}{axes} {both(candidate['title'])}:"
                f" {candidate['in_province']:.0%} in the province"
            )
        lines += [f"  [{note['code']}] {both(note)}" for note in table["reading"]["notes"]]
        lines += [f"  [{f['code']}] {both(f)}" for f in table["findings"]]
    lines += [f"[{f['code']}] {both(f)}" for f in found["findings"]]
    return lines


def row_words(fault: dict[str, Any]) -> str:
    """Return which row of a file a fault is in, and where that row begins in a text or a sheet."""
    line = "" if fault["line"] is None else f", line {fault['line']}"
    return f"data row {fault['row']}{line}"


def load_line(load: Load) -> str:
    """Return a load in one line of a history."""
    when = f"{load.started_at:%Y-%m-%d %H:%M}"
    counts = changes(load.counts, load.removes)
    return f"{load.id}  {when}  {load.state:9} {load.kind:8} {load.layer or '?':16} {load.file}  {counts}"


def sample_lines(shown: dict[str, Any]) -> list[str]:
    """Return the sample rows of a preview or a diff."""
    lines = [f"+ {row['key']}  {row['title'] or ''}" for row in shown["new"]]
    for row in shown["changed"]:
        what = "; ".join(f"{f['field']}: {f['before']} -> {f['after']}" for f in row["fields"])
        lines.append(f"~ {row['key']}  {row['title'] or ''}  {what}")
    lines += [f"- {row['key']}  {row['title'] or ''}" for row in shown["gone"]]
    for fault in (shown.get("faults") or {}).get("faults", []):
        lines.append(
            f"! {row_words(fault)} {fault['field']} [{fault['code']}] {fault['value']!r} {both(fault)}"
        )
    return lines
