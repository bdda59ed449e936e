"""How the data gets in: read, check, stage, index, swap, ledger."""

import layers as layers  # sets GDAL's driver limits before any reader is imported
