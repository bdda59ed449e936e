"""A load as the routes answer it."""

from __future__ import annotations

from typing import Any

from app.loading import Load, LoadService, TableFacts

NO_COUNTS = dict.fromkeys(("new", "changed", "same", "gone", "bad", "warned", "selected"), 0)


def answer(service: LoadService, load: Load, *, whole: bool = True) -> dict[str, Any]:
    """Return everything the page shows of a load, with the work that is under way on it; unless ``whole``, without
    what the file holds."""
    running, progress = service.progress(load.id)
    mapping, unused = service.mapping(load) if whole else ([], [])
    problem = load.counts.get("problem")
    chosen = load.facts.name if load.facts else load.profile.table
    tables = load.survey.tables if load.survey and whole else []
    return {
        "id": load.id,
        "revision": load.revision,
        "kind": load.kind,
        "parent": load.parent,
        "state": load.state,
        "running": running,
        "progress": progress,
        "layer": load.layer,
        "file": load.file,
        "file_bytes": load.file_bytes,
        "person": load.person,
        "started_at": load.started_at.isoformat(),
        "finished_at": load.finished_at.isoformat() if load.finished_at else None,
        "profile": load.profile.model_dump(mode="json"),
        "table": chosen,
        "tables": [_table(t, load.facts if load.facts and load.facts.name == t.name else t) for t in tables],
        "reading": load.reading if whole else None,
        "mapping": mapping,
        "unused": unused,
        "questions": load.questions,
        "findings": [f.as_json() for f in load.findings]
        + [f.as_json() for f in (load.survey.findings if load.survey else [])],
        "counts": {**NO_COUNTS, **load.counts},
        "rows_in": load.rows_in,
        "rows_loaded": load.rows_loaded,
        "rows_refused": load.rows_refused,
        "base": load.base,
        "version": load.version,
        "message": _words(problem, load.message),
        "problem": problem,
    }


def _words(problem: dict[str, str] | None, message: str) -> dict[str, str]:
    """Return what to say of a load; of a failure of ours only that it failed, the rest is in the log."""
    return {"zh": problem["zh"], "en": problem["en"]} if problem else {"zh": message, "en": message}


def _table(surveyed: TableFacts, read: TableFacts) -> dict[str, Any]:
    """Return a table as it was read, with the rows that the survey has shown."""
    whole: dict[str, Any] = read.as_json()
    whole["rows_shown"] = surveyed.rows_shown
    whole["rows"] = surveyed.rows if read.rows is None else read.rows
    whole["crs"] = _crs_name(whole.pop("crs_wkt"))
    return {k: v for k, v in whole.items() if k not in ("points", "crs_note", "has_z", "has_m")}


def _crs_name(wkt: str | None) -> str | None:
    """Return the name that stands at the start of a WKT."""
    if not wkt:
        return None
    parts = wkt.split('"', 2)
    return parts[1] if len(parts) == 3 else wkt[:60]
