"""Errors of the domain. They know nothing of HTTP or exit codes: app maps classes to those in one table."""

from __future__ import annotations


class RiskmapError(Exception):
    """A fault that has a name and an answer.

    ``code`` is stable and machine readable; ``zh`` and ``en`` say what is wrong, where, and what to do.
    ``where`` carries the place (file, row, field, layer ...) for callers that want it apart from the sentence.
    """

    code = "error"

    def __init__(self, zh: str, en: str, *, code: str | None = None, **where: object) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.where = {name: value for name, value in where.items() if value is not None}
        if code is not None:
            self.code = code


class NotFound(RiskmapError):
    """A layer, tile, item or file that is not there."""

    code = "not_found"


class BadInput(RiskmapError):
    """What the caller sent cannot be used as it is."""

    code = "bad_input"


class BadQuery(BadInput):
    """A question to a standard interface that cannot be answered as it is asked."""

    code = "bad_query"


class BadFile(BadInput):
    """A file that is not what it says, or rows in it that cannot be used."""

    code = "bad_file"


class Conflict(RiskmapError):
    """Somebody else is at work on the same thing, or it changed meanwhile."""

    code = "conflict"


class Cancelled(Conflict):
    """Somebody has stopped the work."""

    code = "cancelled"


class Outdated(Conflict):
    """What the caller has seen is no longer so; read again and decide anew."""

    code = "outdated"


class Forbidden(RiskmapError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(RiskmapError):
    """A part that is needed (database, disk, port) is not there just now."""

    code = "unavailable"
