"""The entry point: importing the commands takes seconds, and Ctrl-C in them should not show a trace."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``app.cli``."""
    try:
        from app.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
