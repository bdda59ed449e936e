"""What the data is: layers, their fields, grades, coordinates. No web, no pipeline."""

import os

# GDAL decides by content which driver opens a file: a VRT or a web-service document saved as .shp, .geojson or
# .tif would make the server read other files or call other hosts. The list must stand in the environment before
# the first import of rasterio or pyogrio, which is why it is here and why app and etl import this package.
os.environ.setdefault(
    "GDAL_SKIP",
    "VRT OGR_VRT GDALG DERIVED WMS WMTS WCS WFS OAPIF OGCAPI HTTP STACIT PLMOSAIC PLSCENES NGW EEDA EEDAI "
    "DAAS AmigoCloud CARTO CSW Elasticsearch GTI",
)
