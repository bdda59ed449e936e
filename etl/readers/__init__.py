"""Reading files: one named driver per extension after a look at the first bytes."""

from __future__ import annotations

from pathlib import Path

from etl.readers.files import sniff
from etl.readers.table import read_csv
from etl.readers.vector import read_vector

__all__ = ["read_csv", "read_vector", "sniff", "suffix_of"]


def suffix_of(path: Path) -> str:
    """Return the lower-case extension of a file name."""
    return path.suffix.lower()
