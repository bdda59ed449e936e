"""Parameters of an address: those that a route declares, and no others. A misspelt one must not pass for a kept one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from layers.errors import BadQuery


def unknown_parameter(name: str, known: Iterable[str]) -> BadQuery:
    """Return the error of a parameter that an address does not have (code ``parameter_unknown``)."""
    listed, shown = ", ".join(known), name[:40]
    return BadQuery(
        f"没有参数 {shown}；可用 {listed or '无'}",
        f"there is no parameter {shown}; there are {listed or 'none'}",
        code="parameter_unknown",
        field=shown,
    )


async def known_parameters(request: Request) -> None:
    """Refuse what the route that was found does not declare, before anything is looked up.

    Raises:
        BadQuery: code ``parameter_unknown``.
    """
    known = declared(request.scope["route"])
    for name in request.query_params:
        if name not in known:
            raise unknown_parameter(name, known)


def declared(route: APIRoute) -> tuple[str, ...]:
    """Return the names of the parameters of a route and of what it depends on."""
    return tuple(dict.fromkeys(_names(route.dependant)))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for inner in dependant.dependencies:
        yield from _names(inner)
