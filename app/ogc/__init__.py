"""OGC API Features over the layers: what QGIS, GDAL and other programs open without knowing riskmap."""
