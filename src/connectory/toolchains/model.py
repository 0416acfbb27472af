"""What a tool chain is, and the two ways of not having one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Node:
    """A Node.js that satisfies a range; mount `directory` and run `binary` from it."""

    version: str
    binary: Path
    directory: Path


@dataclass(frozen=True)
class PackageManager:
    """A package manager's own files; mount `directory` and run `node entry …` from it."""

    name: Literal["npm", "yarn", "pnpm"]
    version: str
    entry: Path
    directory: Path


class UnsupportedVersion(Exception):  # noqa: N818 - what was asked for, not what went wrong
    """The connector asks for a version that does not exist: the connector's fault.

    `wanted` is its own range, `available` the versions there are, newest first, shortened.
    """

    def __init__(self, tool: str, wanted: str, available: tuple[str, ...]) -> None:
        self.tool = tool
        self.wanted = wanted
        self.available = available
        there = ", ".join(available) or "none"
        super().__init__(f"No version of {tool} satisfies {wanted!r}; available are {there}.")


class UnsupportedNodeVersion(UnsupportedVersion):
    """`engines.node` of a connector names a range without a release for this machine."""

    def __init__(self, wanted: str, available: tuple[str, ...]) -> None:
        super().__init__("Node.js", wanted, available)


class ToolUnavailable(Exception):  # noqa: N818 - a state of the registry
    """A tool could not be had from the registry: the platform's fault, worth trying again."""
