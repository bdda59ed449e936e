"""What the caller asks of the reading process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from etl.sources.model import Limits, ReadOptions
from layers.model import Json

Task = Literal["survey", "glance", "table", "raster"]

OUTPUT = "output.tif"
"""What a raster becomes, in the scratch folder."""
PATIENCE = 600.0
"""A reading process that got no request for so many seconds ends by itself."""


@dataclass(frozen=True)
class Request:
    """One task on one source. ``readable`` are the files the process may open; ``additive`` is for rasters."""

    task: Task
    path: Path
    readable: list[Path]
    options: ReadOptions
    limits: Limits
    additive: bool = False

    def as_json(self) -> Json:
        """Return the request as JSON."""
        return {
            "task": self.task,
            "path": str(self.path),
            "readable": [str(path) for path in self.readable],
            "options": self.options.as_json(),
            "limits": self.limits.as_json(),
            "additive": self.additive,
        }

    @classmethod
    def from_json(cls, data: Json) -> Request:
        """Return the request that ``as_json`` described."""
        return cls(
            task=data["task"],
            path=Path(data["path"]),
            readable=[Path(path) for path in data["readable"]],
            options=ReadOptions.from_json(data["options"]),
            limits=Limits.from_json(data["limits"]),
            additive=data["additive"],
        )
