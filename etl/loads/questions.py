"""Decisions that only a person can take: what is asked, and the answers on offer, each as a patch of the profile."""

from __future__ import annotations

from typing import Any

from layers.errors import BadInput


def question(
    code: str, field: str, zh: str, en: str, options: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Return a question. ``field`` is the profile key that answers it; each option has ``set`` (a patch of the
    profile), ``zh`` and ``en``."""
    return {"code": code, "field": field, "zh": zh, "en": en, "options": options or []}


def option(patch: dict[str, Any], zh: str, en: str) -> dict[str, Any]:
    """Return one answer on offer."""
    return {"set": patch, "zh": zh, "en": en}


class NeedsDecision(BadInput):
    """A load that cannot go on before a person has decided something (exit code 2)."""

    code = "needs_decision"

    def __init__(self, load_id: str, questions: list[dict[str, Any]], file: str | None = None) -> None:
        self.questions = questions
        first = questions[0]
        where_zh, where_en = (f"{file}：", f"{file}: ") if file else ("", "")
        super().__init__(
            where_zh + "；".join(q["zh"] for q in questions),
            where_en + "; ".join(q["en"] for q in questions),
            code=first["code"],
            load=load_id,
            file=file,
            field=first["field"],
        )
