"""Which layer and which table of the file a load means: as the profile says, as there is only one, or as is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from etl.loads.questions import option, question
from etl.loads.ranking import Fit, clear_choice, rank_layers
from etl.loads.record import Load
from etl.sources.model import Finding, TableFacts
from layers.errors import BadFile, BadInput
from layers.model import Layer
from layers.registry import Registry

LAYER_GUESSED = "layer_guessed"


def target_of(registry: Registry, layer_id: str) -> Layer:
    """Return a layer that files can be loaded into.

    Raises:
        NotFound: no such layer.
        BadInput: the layer is computed (code ``derived_layer``).
    """
    layer = registry[layer_id]
    if layer.derived:
        raise BadInput(
            f"图层 {layer_id} 由系统计算，不能从文件载入",
            f"layer {layer_id} is computed and is not loaded from a file",
            code="derived_layer",
            layer=layer_id,
        )
    return layer


def guess_layer(load: Load, registry: Registry, table: TableFacts | None) -> list[Fit]:
    """Set the layer of a load where its name and its columns leave no doubt, and say why; returns the ranking."""
    fits = rank_layers(registry, load.file, table)
    found = clear_choice(fits) if table is not None else None
    if found is not None and load.survey is not None:
        title, why = found.layer.title, found.why
        load.layer = found.layer.id
        zh = f"图层按文件判断为“{title.zh}”：{why.zh}；不对就改选"
        en = f"the layer is taken to be “{title.en}”: {why.en}; choose another if it is not"
        finding = Finding(LAYER_GUESSED, "info", zh, en, {"layer": found.layer.id})
        load.survey = replace(load.survey, findings=[*load.survey.findings, finding])
    return fits


def layer_or_question(load: Load, registry: Registry, table: TableFacts | None) -> Layer | None:
    """Return the layer of a load; None, and a question added, where nobody has named one and it is not plain."""
    fits = [] if load.layer is not None else guess_layer(load, registry, table)
    if load.layer is not None:
        return target_of(registry, load.layer)
    options = [_option(fit) for fit in fits]
    zh, en = "请选择要载入的图层", "choose the layer to load into"
    if not any(fit.why.zh for fit in fits):
        zh = "文件名和列名与各图层都对不上：请选择要载入的图层，并核对表头是否在所认的那一行"
        en = "neither name nor columns say which layer: choose one, and see whether the header is the right row"
    load.questions.append(question("layer_missing", "layer", zh, en, options))
    return None


def _option(fit: Fit) -> dict[str, Any]:
    title, why = fit.layer.title, fit.why
    return option(
        {"layer": fit.layer.id},
        f"{title.zh}：{why.zh}" if why.zh else title.zh,
        f"{title.en}: {why.en}" if why.en else title.en,
    )


def set_layer(load: Load, layer: str) -> None:
    """Take the layer that a person has named; a guess that was another is no longer told."""
    load.layer = layer
    if load.survey is not None:
        kept = [f for f in load.survey.findings if f.code != LAYER_GUESSED or f.where.get("layer") == layer]
        load.survey = replace(load.survey, findings=kept)


def table_or_question(load: Load) -> TableFacts | None:
    """Return the table of a load's file that is meant; None, and a question added, where that is open."""
    assert load.survey is not None  # noqa: S101 - every load on record has been surveyed
    tables = load.survey.tables
    named = [t for t in tables if load.profile.table in _names_of(t)]
    if len(named) == 1:
        return named[0]
    if load.profile.table is None and len(tables) == 1:
        return tables[0]
    names = "、".join(t.name for t in tables)
    options = [
        option({"table": t.name}, f"{t.name}（{t.rows if t.rows is not None else '?'} 行）", t.name)
        for t in tables
    ]
    zh, en = (
        f"{load.file} 有 {len(tables)} 个表（{names}），请选定一个",
        f"{load.file} has {len(tables)} tables ({names}); choose one",
    )
    load.questions.append(question("table_unclear", "table", zh, en, options))
    return None


def ask_for_header(load: Load, error: BadFile) -> None:
    """Ask for another row where the one that was named is no header: the load does not end with a slip.

    Raises:
        BadFile: the error, where it is another.
    """
    if error.code != "header_row_bad":
        raise error
    zh, en = "自动判断表头", "recognise the header"
    again = option({"header_row": None, "data_row": None}, zh, en)
    load.questions.append(question(error.code, str(error.where["field"]), error.zh, error.en, [again]))


def _names_of(table: TableFacts) -> tuple[str, ...]:
    """Return the names a table answers to: member path, layer of the member, and the member's bare name."""
    member, _, layer = table.name.partition("#")
    return table.name, layer or Path(member).stem
