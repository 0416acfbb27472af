"""Node.js and its package managers, from the npm registry."""

from connectory.toolchains.model import (
    Node,
    PackageManager,
    ToolUnavailable,
    UnsupportedNodeVersion,
    UnsupportedVersion,
)
from connectory.toolchains.toolchains import Toolchains

__all__ = [
    "Node",
    "PackageManager",
    "ToolUnavailable",
    "Toolchains",
    "UnsupportedNodeVersion",
    "UnsupportedVersion",
]
