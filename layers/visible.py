"""Characters that cannot be seen: written out for a terminal, which they would steer, and left out of a search."""

from __future__ import annotations

import re

# C0 and C1 controls, Arabic letter mark, Mongolian vowel separator, zero-width and direction marks, line and paragraph
# separators, invisible operators and isolates, byte-order mark, interlinear marks, tags
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def without_unseen(text: str) -> str:
    """Return a text without what cannot be seen; tabs and ends of lines part words and become blanks."""
    return UNSEEN.sub("", re.sub(r"\s", " ", text))


def visible(text: str) -> str:
    r"""Return a text in one line with its unseen characters written as ``\u202e``, as JSON writes them."""
    return UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
