"""The id of a scenario: a hash of what was asked, with bases and aircraft filled in, and of what it was computed on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from app.analysis.model import BaseRow, SourceNote
from app.analysis.rows import Aircraft

ENGINE = "coverage/3"
"""Raised whenever the same question may get other figures."""


def scenario_id(
    kind: str,
    params: BaseModel,
    bases: Sequence[BaseRow],
    aircraft: Sequence[Aircraft],
    sources: Sequence[SourceNote],
) -> str:
    """SHA-256 (first 32 hex digits) of canonical JSON: engine, question, bases, aircraft rows, data versions."""
    asked: dict[str, Any] = params.model_dump(mode="json", exclude_unset=True, exclude={"bases"})
    content = {
        "engine": ENGINE,
        "kind": kind,
        "asked": asked,
        "bases": [asdict(base) for base in bases],
        "aircraft": [asdict(row) for row in aircraft],
        "data": [[source.layer, source.version] for source in sources],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
