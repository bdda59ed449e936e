"""Vector tiles, from the address to the bytes on the wire.

``wire`` answers what is ready before anything else runs, ``door`` everything else ahead of the other routes; ``asked``
reads an address, ``source`` finds or makes the tile, ``coding`` packs it, ``kept`` keeps it.
"""
