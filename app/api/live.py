"""Live values of objects: readiness of bases, shelters open or closed and how many they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr
from sqlalchemy import select

from app.deps import MayLoad, OneLayer, TheCatalogue
from app.state import live
from layers.errors import NotFound

router = APIRouter(prefix="/api/live", tags=["live"])
Key = Annotated[str, Path(max_length=200)]


class LiveSent(BaseModel):
    """Values by field (those that ``GET /api/layers`` marks ``live``; null takes the value out), who sets them, why."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, Field(min_length=1, max_length=100)]
    values: dict[str, StrictStr | StrictInt | None]
    note: Annotated[str, Field(max_length=500)] = ""


class UndoSent(BaseModel):
    """Who takes a value back."""

    model_config = ConfigDict(extra="forbid")

    person: Annotated[str, Field(min_length=1, max_length=100)]


class LiveLine(BaseModel):
    """One value that was set, with the one before it; ``undone_at`` null while it stands."""

    id: int
    layer: str
    key: str
    field: str
    value: str | int | None
    before: str | int | None
    note: str
    person: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None


class LiveHistory(BaseModel):
    """What was set on an object, the newest first."""

    changes: list[LiveLine]


@router.get("/{layer_id}/{key:path}", response_model=LiveHistory)
def changes(layer: OneLayer, key: Key, catalogue: TheCatalogue) -> dict[str, Any]:
    """List what was set on an object."""
    with catalogue.engine.connect() as connection:
        return {"changes": live.history(connection, layer.id, key)}


@router.post("/undo/{number}", response_model=LiveHistory, dependencies=[MayLoad])
def undo(
    catalogue: TheCatalogue, number: Annotated[int, Path(ge=1, le=2**53)], sent: UndoSent
) -> dict[str, Any]:
    """Take one value back; the one before it, or the layer's own, stands again."""
    with catalogue.engine.begin() as connection:
        return {"changes": live.undo(connection, number, person=sent.person)}


@router.post("/{layer_id}/{key:path}", response_model=LiveHistory, status_code=201, dependencies=[MayLoad])
def set_values(layer: OneLayer, key: Key, catalogue: TheCatalogue, sent: LiveSent) -> dict[str, Any]:
    """Set live values of an object."""
    vector = catalogue.registry.vector(layer.id)
    table = vector.table(str(catalogue.served(vector).table_name))
    with catalogue.engine.begin() as connection:
        found = connection.execute(select(table).where(table.c[vector.key] == key)).mappings().one_or_none()
        if found is None:
            raise NotFound(
                f"图层“{layer.title.zh}”里没有 {key[:60]!r}",
                f"layer {layer.id} has no item {key[:60]!r}",
                code="no_item",
                layer=layer.id,
            )
        said = live.set_live(connection, vector, dict(found), sent.values, person=sent.person, note=sent.note)
        return {"changes": said}
