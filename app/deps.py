"""What routes ask for: annotated aliases, so that a route says what it needs and nothing else."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from app.catalogue import Catalogue
from app.load_jobs import LoadJobs
from app.moments import DayOrInstant
from app.positions import PositionStore
from app.settings import Settings
from layers.errors import Forbidden
from layers.kinds.tiles import Part
from layers.model import Layer
from layers.region import BEIJING
from layers.registry import Registry


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


TheSettings = Annotated[Settings, Depends(_settings)]


def _loads(request: Request) -> LoadJobs:
    service: LoadJobs = request.app.state.loads
    return service


def _may_load(request: Request, settings: TheSettings) -> None:
    """There is no log-in yet: loads over HTTP are for this machine alone unless a setting opens them."""
    if settings.loads_from == "anyone" or (settings.loads_from == "local" and _is_local(request)):
        return
    raise Forbidden(
        "此服务器只允许在本机上载入数据；管理员可设 RISKMAP_LOADS_FROM",
        "this server lets only its own machine load data; see RISKMAP_LOADS_FROM",
        code="loads_closed",
    )


def _is_local(request: Request) -> bool:
    """Whether the caller is this machine, and called it so: a foreign name that points here is somebody's page."""
    caller = request.client.host if request.client else ""
    return _is_loopback(caller) and (
        request.url.hostname == "localhost" or _is_loopback(request.url.hostname)
    )


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


def _movers(request: Request) -> PositionStore:
    store: PositionStore = request.app.state.positions
    return store


TheMovers = Annotated[PositionStore, Depends(_movers)]
MayLoad = Depends(_may_load)
TheLoads = Annotated[LoadJobs, Depends(_loads)]
TheCatalogue = Annotated[Catalogue, Depends(_catalogue)]


def _registry(catalogue: TheCatalogue) -> Registry:
    return catalogue.registry


TheRegistry = Annotated[Registry, Depends(_registry)]


def _layer(layer_id: Annotated[str, Path(max_length=60)], registry: TheRegistry) -> Layer:
    return registry[layer_id]


def _part(
    filter_id: Annotated[
        str | None, Query(alias="filter", max_length=40, description="a named part of the layer")
    ] = None,
    on: Annotated[date | None, Query(description="the day for clocks; absent: today")] = None,
) -> Part | None:
    return Part(filter_id, on or beijing_today()) if filter_id is not None else None


def beijing_today() -> date:
    """Return the day it is where the map is used."""
    return datetime.now(BEIJING).date()


ThePart = Annotated[Part | None, Depends(_part)]
Moment = Annotated[
    DayOrInstant | None,
    Query(alias="at", description="as it was served at an instant, or at the end of a day"),
]
OneLayer = Annotated[Layer, Depends(_layer)]
