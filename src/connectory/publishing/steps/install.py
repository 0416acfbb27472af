"""Install an application's dependencies, from an earlier install of the same lockfile if possible.

First everything is installed without running anything of the connector: that result may be kept
and shared. Then the install scripts of the dependencies and of the project run, in this
application's own copy only.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from connectory.artifacts import ArtifactRefused
from connectory.durable import Rejected
from connectory.publishing import package, source
from connectory.publishing.content import Folder, dependency_key
from connectory.publishing.model import Installed
from connectory.publishing.running import judge, run, run_manager, run_script
from connectory.publishing.task import Task
from connectory.publishing.tools import failures, scripts
from connectory.sandbox import Network
from connectory.toolchains import managers

MODULES = "node_modules"
SCRIPTS = ("preinstall", "install", "postinstall")
LARGEST_PACKAGE = 1024 * 1024


async def install(task: Task) -> Installed:
    """A fresh copy of the commit with its dependencies in it. Raises ``Rejected``."""
    workspace, subject = task.workspace, task.subject
    await asyncio.to_thread(workspace.prepare, task.folder.source, subject.hidden)
    workspace.begin("install")
    restored = [await _install(task, folder) for folder in subject.folders]
    workspace.end("install")
    return Installed(len(restored), sum(restored))


async def _install(task: Task, folder: Folder) -> bool:
    """Whether the dependencies were there from an earlier install."""
    restored = await _without_scripts(task, folder) if folder.splits else await _whole(task, folder)
    if folder is not task.subject.folders[-1] and (built := scripts.build(folder.package)):
        await _script(task, folder, *built)
    return restored


async def _whole(task: Task, folder: Folder) -> bool:
    await _manager(task, folder, with_scripts=True)
    return False


async def _without_scripts(task: Task, folder: Folder) -> bool:
    place = task.workspace.tree / folder.path / MODULES
    names = (*task.tools.names[:2], task.tools.of(task.subject, folder).version)
    registry = task.publishing.settings.npm_registry
    key = dependency_key(folder, names, registry, task.owner)
    committed = place.exists() or place.is_symlink()
    restored = not committed and await task.publishing.dependencies.restore(key, place)
    if not restored:
        await _manager(task, folder, with_scripts=False)
        # what was committed may be what a manager leaves as it is: that is not the lockfile's
        if not committed:
            await _keep(task, key, place)
    await _run_scripts(task, folder, place)
    return restored


async def _keep(task: Task, key: str, place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        try:
            await task.publishing.dependencies.save(key, place)
        except ArtifactRefused:
            return  # a tree that cannot be kept is still a tree that can be used


async def _manager(task: Task, folder: Folder, *, with_scripts: bool) -> None:
    tool = task.tools.of(task.subject, folder)
    node = task.tools.node.binary
    argv = managers.install(folder.manager, node, tool.entry, scripts=with_scripts)
    finished = await run_manager(task, argv, folder)
    task.workspace.put_cache_aside()
    judge(finished, f"Installing {folder.path} with {tool.name}", task.publishing.limits())


async def _run_scripts(task: Task, folder: Folder, place: Path) -> None:
    """What a plain install runs, in npm's order: preinstall, the dependencies', then the rest."""
    own = scripts.lifecycle(folder.package)
    for name, line in own[:1] if own and own[0][0] == "preinstall" else ():
        await _script(task, folder, name, line)
    if await asyncio.to_thread(has_install_scripts, place):
        argv = managers.rebuild(task.tools.node.binary, task.tools.npm.entry)
        finished = await run(task, argv, folder.path)
        what = f"Running the install scripts of the dependencies of {folder.path}"
        judge(finished, what, task.publishing.limits(), failures.never_ours)
    for name, line in own:
        if name != "preinstall":
            await _script(task, folder, name, line)


async def _script(task: Task, folder: Folder, name: str, line: str) -> None:
    finished = await run_script(
        task, line, folder.path, name=name, network=Network.REGISTRY, variables={}
    )
    what = f"The script {name} of {folder.path}"
    judge(finished, what, task.publishing.limits(), failures.manager_is_ours)


def has_install_scripts(modules: Path) -> bool:
    """Whether any installed package wants to run something. No lockfile of yarn says so."""
    return any(_wants_to_run(path, files) for path, files in _packages(modules))


def _packages(modules: Path) -> Iterator[tuple[str, list[str]]]:
    """Folder and file names of every installed package, nested ones too."""
    if modules.is_symlink():
        return
    for path, folders, files in os.walk(modules):
        parts = path.rsplit("/", 2)
        scoped = parts[-2].startswith("@") and parts[-3].endswith(f"/{MODULES}")
        if scoped or (parts[-2].endswith(MODULES) and not parts[-1].startswith("@")):
            folders[:] = [one for one in folders if one == MODULES]
            yield path, files


def _wants_to_run(path: str, files: list[str]) -> bool:
    if "binding.gyp" in files:
        return True
    data = source.read(Path(path), "package.json", LARGEST_PACKAGE) or b"{}"
    try:
        parsed = package.parse(data, path)
    except Rejected:
        return False
    return any(parsed.scripts.get(name) for name in SCRIPTS)
