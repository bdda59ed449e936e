"""How the data gets out: the HTTP API, tiles, analyses and reports."""
