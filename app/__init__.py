"""How the data gets out: the HTTP API, tiles, analyses and reports."""

import layers as layers  # sets GDAL's driver limits before any reader is imported
