"""Saved profiles of loads over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from app.api.load_schemas import ProfileAnswer, ProfileList, SaveProfile
from app.deps import MayLoad, TheLoads

router = APIRouter(prefix="/api/load-profiles", tags=["loads"], dependencies=[MayLoad])

Name = Annotated[str, Path(max_length=80)]


@router.get("", response_model=ProfileList)
def profiles(
    service: TheLoads,
    layer: Annotated[str | None, Query(max_length=60)] = None,
    columns: Annotated[list[str] | None, Query(max_length=500)] = None,
) -> dict[str, Any]:
    """List saved profiles of a layer, those made for the same columns first."""
    return {"profiles": service.profiles(layer, columns or [])}


@router.get("/{name}", response_model=ProfileAnswer)
def profile(name: Name, service: TheLoads) -> dict[str, Any]:
    """Return the newest version of a saved profile."""
    return service.profile(name)


@router.put("/{name}", response_model=ProfileAnswer)
def save(name: Name, body: SaveProfile, service: TheLoads) -> dict[str, Any]:
    """Save a profile as the next version of its name."""
    return service.save_profile(name, body.layer, body.columns, body.body, body.saved_by)
