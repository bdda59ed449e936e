"""The first lines of the reading process: fewer packages, then the work."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

UNUSED = ("geopandas", "pandas", "matplotlib")
"""pyogrio, shapely and pyarrow merely offer to work with these; loading them would double the time to start."""


class Absent(MetaPathFinder):
    """Makes packages look as if they were not installed."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse the packages, leave all others to the usual finders."""
        if fullname.partition(".")[0] in UNUSED:
            raise ModuleNotFoundError(f"{fullname} is not needed here", name=fullname)
        return None


def main() -> int:
    """Run the reading process."""
    sys.meta_path.insert(0, Absent())
    from etl.sources import child

    return child.main()
