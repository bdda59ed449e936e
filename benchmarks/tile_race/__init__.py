"""Parts of ``benchmarks/tiles.py``: the data, the catalogue files it is loaded with, the rivals, the race."""
