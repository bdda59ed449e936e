"""One file = one layer. A module here exports LAYER; adding a file puts it on the map and into the tests."""
