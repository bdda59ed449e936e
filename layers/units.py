"""Units as they are shown beside a value."""

from layers.model import Text

PERSONS = Text("人", "persons")
SITES = Text("处", "sites")
MINUTES = Text("分", "min")
POINTS = Text("分", "points")
AIRCRAFT = Text("架", "aircraft")
KMH = Text("km/h", "km/h")
SQUARE_METRES = Text("m²", "m²")
MPS = Text("m/s", "m/s")
HPA = Text("hPa", "hPa")
KM = Text("km", "km")
