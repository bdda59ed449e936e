"""Opening files nobody has checked: in a confined process, their rows handed over as Arrow."""
