"""The colour of a GB 18218 grade: 1 red … 4 blue.

Habit in the field, not in the standard: configuration with confidence C, and the grade itself is always
printed beside the colour.
"""

from __future__ import annotations

from layers.grading.grade import Grade

COLOUR_OF_GB18218 = {1: Grade.RED, 2: Grade.ORANGE, 3: Grade.YELLOW, 4: Grade.BLUE}
