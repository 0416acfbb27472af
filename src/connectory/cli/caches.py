"""Where the commands that need no platform keep what they download and build."""

import os
from pathlib import Path


def cache_directory() -> Path:
    """``connectory`` in the user's cache directory (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "connectory"
