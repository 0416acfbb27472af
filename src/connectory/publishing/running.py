"""Running a program of an application's build, and judging how it ended."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from connectory.durable import Rejected
from connectory.durable.journal import current_step
from connectory.publishing import fronting
from connectory.publishing.content import Folder
from connectory.publishing.task import Task
from connectory.publishing.tools import failures
from connectory.sandbox import Command, Finished, Limits, Mount, Network
from connectory.toolchains import PackageManager, managers, programs

INSIDE = "/workspace"
CACHE = "/cache"
TOOLS = "/opt/connectory"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
LONGEST_EVIDENCE = 3000
PRELOAD = """\
// With one worker Jest runs tests in its own process, where a leaked process.exitCode fails a run
// in which every test passed. It makes one worker less than there are processors.
const os = require('os');
const cpus = os.cpus();
while (cpus.length > 0 && cpus.length < 3) cpus.push(cpus[0]);
os.cpus = () => cpus;
if (os.availableParallelism) os.availableParallelism = () => Math.max(3, cpus.length);
require('module').syncBuiltinESMExports();
"""


class Interrupted(Exception):  # noqa: N818 - nothing is wrong with the program
    """The program was ended by us before it was done; the step is tried again."""


class RegistryOutOfReach(Exception):  # noqa: N818 - a state of the network
    """The package registry could not be had; the step is tried again."""


async def run(
    task: Task,
    argv: tuple[str, ...],
    folder: str,
    *,
    network: Network = Network.REGISTRY,
    variables: Mapping[str, str] | None = None,
    over: tuple[Mount, ...] = (),
    heard: Callable[[str], None] | None = None,
    honest: Callable[[str], str] = str,
) -> Finished:
    """Run a program in ``folder`` of the application's own copy of the repository, with ``over``
    laid over it. ``heard`` gets every line that it says; whoever watches the run reads it too, as
    ``honest`` puts it."""
    workspace = task.workspace
    lay_out_tools(task)
    workspace.cache.mkdir(exist_ok=True)
    command = Command(
        argv=argv,
        cwd=f"{INSIDE}/{folder}",
        environment={**environment(task), **(variables or {})},
        mounts=(
            Mount(workspace.tree, INSIDE, writable=True),
            *over,
            Mount(workspace.cache, CACHE, writable=True),
            Mount(workspace.tools, TOOLS),
            *(Mount(each, str(each)) for each in toolchain_folders(task)),
        ),
        network=network,
        limits=task.publishing.limits(),
    )
    with task.publishing.said.hearing(task.run.id, current_step(), task.name) as watched:

        def each(line: str) -> None:
            watched(failures.local(honest(line), INSIDE))
            if heard is not None:
                heard(line)

        return await task.publishing.sandbox.run(command, each)


async def run_manager(task: Task, argv: tuple[str, ...], folder: Folder) -> Finished:
    """Run a package manager's install, through the registry front where it can be. Nothing of what
    it wrote or said gives the front's address.

    Raises ``RegistryOutOfReach`` when the front could not have what it was asked for.
    """
    registry, front = task.publishing.settings.npm_registry, task.publishing.sandbox.registry
    looked = (task.workspace, folder, INSIDE, front, registry)
    taken = await asyncio.to_thread(fronting.way, *looked)
    if taken is None:
        return await run(task, argv, folder.path)
    finished = await run(
        task,
        argv,
        folder.path,
        variables=taken.variables,
        over=taken.mounts,
        honest=taken.honest,
    )
    await asyncio.to_thread(fronting.clear, task.workspace, folder, taken)
    if finished.cause == "exit" and finished.code and managers.UNAVAILABLE.search(finished.tail):
        raise RegistryOutOfReach(folder.path)
    return replace(finished, tail=taken.honest(finished.tail))


async def run_script(
    task: Task,
    line: str,
    folder: str,
    *,
    name: str,
    network: Network,
    variables: Mapping[str, str],
    heard: Callable[[str], None] | None = None,
) -> Finished:
    """Run a line of package.json as its manager would: with the installed programs at hand."""
    bins = f"{INSIDE}/{folder}/node_modules/.bin"
    path = environment(task)["PATH"]
    testing = f"{TOOLS}/testing:" if name == "test" else ""
    own = {"npm_lifecycle_event": name, "PATH": f"{bins}:{testing}{path}",
           "INIT_CWD": f"{INSIDE}/{folder}"}  # fmt: skip
    argv = ("sh", "-c", line)
    given = {**own, **variables}
    return await run(task, argv, folder, network=network, variables=given, heard=heard)


def environment(task: Task) -> dict[str, str]:
    """No secret is ever in a build's environment."""
    tools, parsed = task.tools, task.subject.package
    manager = tools.others[-1]
    return {
        **managers.environment(task.publishing.settings.npm_registry, CACHE),
        "PATH": f"{TOOLS}/bin:{tools.node.binary.parent}:{SYSTEM_PATH}",
        "HOME": CACHE,
        "CI": "true",
        "npm_execpath": str(manager.entry),
        "npm_node_execpath": str(tools.node.binary),
        "npm_config_user_agent": f"{manager.name}/{manager.version} node/v{tools.node.version}",
        **({"npm_package_name": parsed.name} if parsed.name else {}),
        **({"npm_package_version": parsed.version} if parsed.version else {}),
    }


def toolchain_folders(task: Task) -> tuple[Path, ...]:
    folders = (task.tools.node.directory, *(one.directory for one in _all(task)))
    system = Path("/usr")
    return tuple(dict.fromkeys(each for each in folders if each not in (system, *system.parents)))


def lay_out_tools(task: Task) -> None:
    """``npm``, ``yarn`` and ``pnpm`` as programs, for scripts that call them."""
    bin_folder, testing = task.workspace.tools / "bin", task.workspace.tools / "testing"
    programs.lay_out(bin_folder, task.tools.node, task.tools.npm, task.tools.others)
    testing.mkdir(parents=True, exist_ok=True)
    (testing / "processors.cjs").write_text(PRELOAD)
    node = str(task.tools.node.binary)
    programs.program(testing / "node", node, "--require", f"{TOOLS}/testing/processors.cjs")


def judge(
    finished: Finished, what: str, limits: Limits, ours: failures.Ours = failures.is_ours
) -> None:
    """Nothing when the program did its work. ``ours`` knows by its output and the hosts it was
    refused whether the registry was out of reach.

    Raises ``Rejected`` when the connector is at fault, ``Interrupted`` or ``RegistryOutOfReach``
    when it is not.
    """
    if finished.ok:
        return
    if finished.cause == "cancelled":
        raise Interrupted(what)
    if finished.cause == "exit" and ours(finished.tail, finished.refused_hosts):
        raise RegistryOutOfReach(what)
    cause, fix = _reason(finished, what, limits)
    raise Rejected(cause, evidence(finished), fix)


def evidence(finished: Finished) -> str:
    """The end of what the program said."""
    return failures.without_noise(said(finished))[-LONGEST_EVIDENCE:]


def said(finished: Finished) -> str:
    """What the program said last, with the repository's files as the repository names them."""
    return failures.local(finished.tail, INSIDE)


def _reason(finished: Finished, what: str, limits: Limits) -> tuple[str, str]:
    if finished.cause == "timeout":
        return _endless(finished, what, limits)
    if finished.cause == "memory":
        return (
            f"{what} used more than {limits.memory // 1024**2} MiB of memory.",
            "Make it use less, or ask the operator for more (the setting build_memory).",
        )
    if finished.cause == "disk":
        return (
            f"{what} filled more than {(limits.disk or 0) // 1024**2} MiB of disk.",
            "Make it write less, or ask the operator for more (the setting build_disk).",
        )
    known = failures.explain(said(finished))
    cause = f"{what} failed: {known[0]}" if known else f"{what} ended with code {finished.code}."
    fix = known[1] if known else ""
    if finished.refused_hosts:
        hosts = ", ".join(finished.refused_hosts)
        cause += f" It tried to reach {hosts}, which a build may not."
        fix = f"{fix} Take it from the npm registry, or ask the operator to allow the host."
    return cause, fix.strip()


def _endless(finished: Finished, what: str, limits: Limits) -> tuple[str, str]:
    last = failures.last_words(said(finished))
    quoted = f' The last it said was: "{last}"' if last else " It said nothing."
    return (
        f"{what} did not finish within {limits.seconds:g} seconds.{quoted}",
        "Let it end by itself: no server, no watching for changes, no question to a user.",
    )


def _all(task: Task) -> tuple[PackageManager, ...]:
    return (task.tools.npm, *task.tools.others)
