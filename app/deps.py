"""What routes ask for: annotated aliases, so that a route says what it needs and nothing else."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from app.catalogue import Catalogue
from app.load_jobs import LoadJobs
from app.settings import Settings
from layers.model import Layer
from layers.registry import Registry


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.app.state.catalogue
    return catalogue


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _loads(request: Request) -> LoadJobs:
    service: LoadJobs = request.app.state.loads
    return service


TheLoads = Annotated[LoadJobs, Depends(_loads)]
TheCatalogue = Annotated[Catalogue, Depends(_catalogue)]
TheSettings = Annotated[Settings, Depends(_settings)]


def _registry(catalogue: TheCatalogue) -> Registry:
    return catalogue.registry


TheRegistry = Annotated[Registry, Depends(_registry)]


def _layer(layer_id: Annotated[str, Path(max_length=60)], registry: TheRegistry) -> Layer:
    return registry[layer_id]


OneLayer = Annotated[Layer, Depends(_layer)]
