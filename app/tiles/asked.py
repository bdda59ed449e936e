"""What a tile address asks for."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from app import choices
from app.choices import choice_of
from app.ogc import filters
from app.parameters import unknown_parameter
from layers.errors import BadQuery, NotFound
from layers.kinds.tiles import Choice, Part, touches
from layers.kinds.vector import VectorLayer
from layers.model import Layer
from layers.registry import Registry
from layers.store import LayerVersion

MOST_ZOOM = 22
NUMBER = r"(0|-?[1-9][0-9]{0,8})"
PATH = re.compile(rf"/tiles/([^/]{{1,60}})/{NUMBER}/{NUMBER}/{NUMBER}\.mvt")
PARAMETERS = ("v", *choices.PARAMETERS)
LONGEST_QUERY = 12_000


@dataclass(frozen=True)
class Asked:
    """A tile as it is asked for. ``version`` None: the one that is served."""

    layer: VectorLayer
    z: int
    x: int
    y: int
    version: str | None
    choice: Choice | None = None
    is_of_today: bool = False
    """Whether the choice looks at the clock, and no day was named."""

    def address(self, version: str) -> str:
        """Return the one address of this tile in a version: what the page asks for, letter by letter."""
        path = f"/tiles/{self.layer.id}/{self.z}/{self.x}/{self.y}.mvt?v={version}"
        if isinstance(self.choice, Part):
            return f"{path}&filter={self.choice.filter}&on={self.choice.on}"
        return path if self.choice is None else f"{path}&filter={quote(str(self.choice))}"

    def is_as_in_parent(self, version: LayerVersion) -> bool:
        """Whether the tile is as it was in the version before."""
        changed = version.changed
        return changed is not None and not touches(changed, self.z, self.x, self.y)

    @property
    def is_fixed(self) -> bool:
        """Whether the address says all there is to the tile, so that it may be kept for ever."""
        return self.version is not None and not self.is_of_today

    @property
    def mark(self) -> str:
        """What tells the choice from others, in an ETag; empty for the whole layer."""
        if self.choice is None:
            return ""
        return "-" + hashlib.sha256(repr(self.choice).encode()).hexdigest()[:12]


def read(path: str, query: bytes, registry: Registry) -> Asked | None:
    """Read the address of a tile; None where it is none.

    Raises:
        NotFound: no such layer, tile or part (``unknown_layer``, ``wrong_kind``, ``no_such_tile``, ``unknown_filter``).
        BadQuery: a parameter that is not known, stands twice or cannot be used.
    """
    found = PATH.fullmatch(path)
    if found is None:
        return None
    layer = registry.vector(found[1])
    z, x, y = (int(n) for n in found.groups()[1:])
    check_address(layer, z, x, y)
    asked = _parameters(query)
    choice = choice_of(layer, asked)
    is_of_today = isinstance(choice, Part) and "on" not in asked
    return Asked(layer, z, x, y, asked.get("v"), choice, is_of_today)


def check_address(layer: Layer, z: int, x: int, y: int) -> None:
    """Refuse a tile address that does not exist.

    Raises:
        NotFound: code ``no_such_tile``, before any query.
    """
    if not (0 <= z <= MOST_ZOOM and 0 <= x < (1 << z) and 0 <= y < (1 << z)):
        raise no_such_tile(layer, f"{z}/{x}/{y}")


def no_such_tile(layer: Layer, address: str) -> NotFound:
    """Return the error of an address that is no tile's."""
    return NotFound(
        f"没有切片 {address}：z 应为 0–{MOST_ZOOM}，x、y 应为 0 到 2^z-1，写作普通整数",
        f"there is no tile {address}: z is 0 to {MOST_ZOOM}, x and y are 0 to 2^z - 1, as plain whole numbers",
        code="no_such_tile",
        layer=layer.id,
    )


def _parameters(query: bytes) -> dict[str, str]:
    if len(query) > LONGEST_QUERY:
        raise filters.too_large()
    asked: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=20):
        if name not in PARAMETERS:
            raise unknown_parameter(name, PARAMETERS)
        if name in asked:
            raise BadQuery(
                f"参数 {name} 重复", f"parameter {name} is given twice", code="parameter_repeated", field=name
            )
        asked[name] = value
    return asked
