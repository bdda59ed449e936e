"""MapLibre styles as documents, for programs that draw the map without the page."""

from pathlib import Path

SPRITES = Path(__file__).parent / "sprites"
"""Sheets of the images that styles name, per theme; the page draws them (``python -m tests.e2e.sprites``)."""
