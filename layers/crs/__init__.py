"""Coordinates: the systems in use in the province, how to recognise them, and how to get to degrees on WGS 84."""
