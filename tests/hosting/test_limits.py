"""What an application may use, by its type, and what is said of one that takes more."""

from dataclasses import replace

import pytest
from tests.hosting.conftest import HELLO, Pack, placed, until

from connectory.durable import Rejected
from connectory.hosting import Hosting
from connectory.hosting.backends.processes import Processes, ended, limits
from connectory.sandbox import Finished, Sandbox
from connectory.settings import Settings
from connectory.specification import ApplicationType
from connectory.wire import replace as changed

MIB = 1 << 20
HUNGRY = "global.kept = Buffer.alloc(150 << 20, 1);" + HELLO
FORKING = """
const { spawn } = require('child_process');
let count = 0, refused = 0;
const more = () => {
  const child = spawn('sleep', ['1000']);
  child.on('error', error => { if (!refused++) console.log('refused after ' + count) });
  child.on('spawn', () => { count++; more() });
};
more();
"""
OPENING = """
const fs = require('fs'); let count = 0;
try { for (;;) { fs.openSync('/dev/null'); count++ } }
catch (error) { console.log(error.code + ' after ' + count) }
"""
BUSY = """
const before = process.cpuUsage(), end = Date.now() + 1500; while (Date.now() < end);
const used = process.cpuUsage(before); console.log('used ' + (used.user + used.system) / 1e6);
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return changed(
        settings,
        application_memory=128,
        application_cpus=0.5,
        application_processes=40,
        job_memory=400,
        job_cpus=2.0,
    )


@pytest.fixture(autouse=True)
def _grouped(sandbox: Sandbox) -> None:
    if sandbox.isolation == "none" or any("control groups" in one for one in sandbox.warnings):
        pytest.skip("this machine cannot limit programs")


@pytest.mark.parametrize("kind", list(ApplicationType))
def test_a_job_may_use_more_than_the_others(kind: ApplicationType) -> None:
    allowed = limits(kind, Settings())
    job = kind is ApplicationType.JOB
    assert (allowed.cpus, allowed.memory) == ((2.0, 4096 * MIB) if job else (1.0, 512 * MIB))
    assert allowed.seconds is None


@pytest.mark.parametrize(
    ("finished", "how"),
    [
        (Finished(0, "exit", "", 1), "exited with code 0"),
        (Finished(137, "memory", "", 1), "used more memory than it may have (64 MiB)"),
        (
            Finished(134, "signal", "FATAL ERROR: ... JavaScript heap out of memory", 1),
            "used more memory than it may have (64 MiB)",
        ),
        (Finished(139, "signal", "", 1), "was ended by signal 11"),
        (Finished(143, "cancelled", "", 1), "was stopped"),
    ],
)
def test_how_it_ended_in_words(finished: Finished, how: str) -> None:
    assert ended(finished, 64 * MIB).how == how


async def test_too_much_memory_is_named_and_what_is_too_much_depends_on_the_type(
    hosting: Hosting, pack: Pack
) -> None:
    service = placed(await pack(HUNGRY))
    with pytest.raises(Rejected) as refused:
        await hosting.supervisor.run(service)
    assert "service used more memory than it may have (128 MiB)" in refused.value.cause
    assert "application_memory" in refused.value.fix
    await hosting.supervisor.run(replace(service, kind=ApplicationType.JOB))


async def told(backend: Processes, pack: Pack, script: str) -> list[str]:
    """The first line that a program says."""
    lines = list[str]()
    placement = placed(await pack(script + "\nsetInterval(() => {}, 1000)"))
    instance = await backend.start(placement, lambda _, line: lines.append(line))

    async def all_said() -> bool:
        return bool(lines)

    await until(all_said)
    await instance.stop(0)
    return lines[:1]


async def test_processes_and_open_files_are_bounded(backend: Processes, pack: Pack) -> None:
    (said,) = await told(backend, pack, FORKING)
    assert 0 < int(said.removeprefix("refused after ")) < 40
    (said,) = await told(backend, pack, OPENING)
    assert said.startswith("EMFILE after ")


async def test_processors_are_bounded(backend: Processes, pack: Pack, sandbox: Sandbox) -> None:
    if not quotas(sandbox):
        pytest.skip("this kernel cannot bound the processors of a group")
    (said,) = await told(backend, pack, BUSY)
    # busy for 1.5 s, with half a processor
    assert float(said.removeprefix("used ")) < 1.1


def quotas(sandbox: Sandbox) -> bool:
    groups = sandbox._machine.groups if sandbox._machine else None
    folder = groups.parents.get("cpu") if groups else None
    return folder is not None and any(
        (folder / name).exists() for name in ("cpu.cfs_quota_us", "cpu.max")
    )
