"""The constants that grades and zones hang on, with source, confidence and who signed them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.api.risk_schemas import ConstantList
from app.deps import TheCatalogue
from layers.constants.store import current_constants

router = APIRouter(prefix="/api/constants", tags=["constants"])


@router.get("", response_model=ConstantList)
def constants(
    catalogue: TheCatalogue,
    set_id: Annotated[str | None, Query(alias="set", max_length=100, description="one set")] = None,
    version: Annotated[int | None, Query(ge=1, le=2**53, description="as the table stood then")] = None,
) -> dict[str, Any]:
    """List constants as they stand, or as they stood at a version of the table."""
    with catalogue.engine.connect() as connection:
        table = current_constants(connection, version)
    sets = [table.set(set_id)] if set_id is not None else table.sets()
    wanted = {one.id for one in sets}
    rows = [row for row in table.values() if row.set in wanted]
    return {
        "version": table.version,
        "unconfirmed": sum(not row.confirmed for row in rows),
        "sets": [one.as_json() for one in sets],
        "constants": [row.as_json() for row in rows],
    }
