"""Scripts do what connect.yaml says, see what they may, and leave nothing behind."""

import asyncio
import dataclasses
from pathlib import Path

import msgspec
import pytest
from tests.hosting.conftest import until
from tests.hosting.scripts.conftest import Heard, Placed

from connectory.artifacts import ArtifactStore
from connectory.connectors.model import ReportEntry, ReportEntryType
from connectory.hosting.masking import Masking
from connectory.hosting.scripts import ScriptInterrupted, ScriptName, Scripts
from connectory.sandbox import Sandbox
from connectory.settings import Settings
from connectory.toolchains import Toolchains

TEMPLATE = "npm install && npm run build && npm run connector:post-deploy"
SECRET = "a-very-secret-value"


async def test_the_official_templates_words_build_and_run_in_a_tree_of_their_own(
    scripts: Scripts, placed: Placed, heard: Heard, artifacts: ArtifactStore
) -> None:
    url = "https://service-x.example.org/service"
    placement = placed(TEMPLATE, environment={"CONNECT_SERVICE_URL": url})

    finished = await scripts.run(placement, heard.say)

    assert finished.ok, heard.text
    assert ("stdout", f"greetings from {url}") in heard
    assert ("stdout", "built") in heard
    shared = await artifacts.unpack(placement.artifact)
    assert (shared / "service/built.txt").read_text() == "as published\n"


async def test_it_sees_the_whole_workspace_and_may_write_to_all_of_it(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    command = (
        "pwd; cat ../shared/words.txt; echo more >> ../shared/words.txt; echo x > package.json;"
        'rm -r node_modules; echo x > "$HOME/y"; echo x > /tmp/y; echo "$PORT"; id -u'
    )

    finished = await scripts.run(placed(command), heard.say)

    assert finished.ok, heard.text
    assert heard.text == "/workspace/service\na word\n8080\n61000"


async def test_every_package_manager_is_a_program(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    command = "for each in node npm npx yarn pnpm; do $each --version || exit 1; done; greet you"

    finished = await scripts.run(placed(command), heard.say)

    assert finished.ok, heard.text
    assert heard.text.endswith("greetings from you")


@pytest.mark.registry
async def test_it_installs_from_the_configured_registry(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    command = "npm install is-number@7.0.0 && node -p 'require(\"is-number\")(5)'"

    finished = await scripts.run(placed(command, environment={"NODE_ENV": "x"}), heard.say)

    assert finished.ok, heard.text
    assert ("stdout", "true") in heard


async def test_a_registry_that_is_away_is_nobodys_fault_and_has_its_own_name(
    tmp_path: Path, artifacts: ArtifactStore, toolchains: Toolchains, placed: Placed, heard: Heard,
    settings: Settings,
) -> None:  # fmt: skip
    away = "http://127.0.0.1:9"
    settings = msgspec.structs.replace(settings, npm_registry=away)
    sandbox = await _sandbox(settings, tmp_path, npm_registry=away)
    scripts = Scripts(sandbox, artifacts, toolchains, settings)
    quickly = {"npm_config_fetch_retries": "0"}

    entry = await scripts.judge(
        placed("npm install is-number", environment=quickly), heard.say, str
    )

    await sandbox.stop()
    assert entry is not None
    assert "could not reach the npm registry, which is no fault" in (entry.message or "")
    assert "127.0.0.1:3129" not in f"{heard.text}{entry.message}"


async def test_a_failure_is_a_warning_with_its_output_and_without_secrets(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    command = 'echo "using $TOKEN"; echo "Post-deploy failed: no such project" >&2; exit 3'

    entry = await scripts.judge(
        placed(command, environment={"TOKEN": SECRET}), heard.say, Masking([SECRET]).masked
    )

    assert entry == ReportEntry(
        type=ReportEntryType.WARNING,
        title="Failed during the execution of 'postDeploy' script",
        message=entry.message if entry else None,
        application="service",
        created_at=entry.created_at if entry else "",
    )
    message = entry.message or ""
    assert message.startswith("The postDeploy script of service ended with code 3. The last it ")
    assert "Post-deploy failed: no such project" in message
    assert f"using {'*' * len(SECRET)}" in message
    assert SECRET not in message
    assert ("stderr", "Post-deploy failed: no such project") in heard


async def test_one_that_did_its_work_has_no_entry(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    assert await scripts.judge(placed("true"), heard.say, str) is None


async def test_one_that_does_not_end_is_ended(
    sandbox: Sandbox, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings,
    placed: Placed, heard: Heard,
) -> None:  # fmt: skip
    settings = msgspec.structs.replace(settings, script_timeout=1)
    scripts = Scripts(sandbox, artifacts, toolchains, settings)

    entry = await scripts.judge(placed("sleep 600"), heard.say, str)

    assert entry is not None
    assert "did not finish within 1 seconds." in (entry.message or "")


async def test_one_that_takes_too_much_memory_is_named(
    sandbox: Sandbox, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings,
    placed: Placed, heard: Heard,
) -> None:  # fmt: skip
    settings = msgspec.structs.replace(settings, build_memory=64)
    scripts = Scripts(sandbox, artifacts, toolchains, settings)
    greedy = "node -e 'const all=[];for(;;)all.push(Buffer.alloc(1<<20,1))'"

    entry = await scripts.judge(placed(greedy), heard.say, str)

    assert entry is not None
    assert "used more than 64 MiB of memory." in (entry.message or "")


async def test_a_version_that_does_not_exist_is_the_connectors_fault(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    placement = placed("true", node="1.2.3", name=ScriptName.PRE_UNDEPLOY)

    entry = await scripts.judge(placement, heard.say, str)

    assert entry is not None
    assert (entry.type, entry.title) == (
        ReportEntryType.ERROR,
        "Failed during the execution of 'preUndeploy' script",
    )
    assert "No version of Node.js satisfies '1.2.3'" in (entry.message or "")


async def test_nothing_of_it_is_left_when_it_is_given_up(
    scripts: Scripts, placed: Placed, heard: Heard, settings: Settings
) -> None:
    running = asyncio.create_task(scripts.run(placed("echo here; sleep 600"), heard.say))
    await until(lambda: _said(heard, "here"))
    assert len(_stages(settings)) == 1

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert _stages(settings) == []


async def test_one_that_the_platform_ends_has_not_failed(
    tmp_path: Path, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings,
    placed: Placed, heard: Heard,
) -> None:  # fmt: skip
    sandbox = await _sandbox(settings, tmp_path)
    scripts = Scripts(sandbox, artifacts, toolchains, settings)
    running = asyncio.create_task(scripts.run(placed("echo here; sleep 600"), heard.say))
    await until(lambda: _said(heard, "here"))

    await sandbox.stop()

    with pytest.raises(ScriptInterrupted):
        await running
    assert _stages(settings) == []


async def test_what_a_killed_platform_left_goes_at_the_next_start(
    scripts: Scripts, placed: Placed, heard: Heard, settings: Settings
) -> None:
    left = settings.directory / "scripts" / "left" / "tree" / "closed"
    left.mkdir(parents=True)
    left.chmod(0)

    await scripts.start()

    assert _stages(settings) == []
    assert (await scripts.run(placed("true"), heard.say)).ok


async def test_without_isolation_it_runs_as_a_plain_process(
    tmp_path: Path, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings,
    placed: Placed, heard: Heard,
) -> None:  # fmt: skip
    sandbox = await _sandbox(settings, tmp_path, isolation="none")
    scripts = Scripts(sandbox, artifacts, toolchains, settings)
    command = (
        "npm run build && cat built.txt ../shared/words.txt && greet you && echo x > built.txt"
    )
    placement = placed(command)

    finished = await scripts.run(placement, heard.say)

    await sandbox.stop()
    assert finished.ok, heard.text
    assert heard.text.endswith("built\na word\ngreetings from you")
    shared = await artifacts.unpack(placement.artifact)
    assert (shared / "service/built.txt").read_text() == "as published\n"
    assert _stages(settings) == []


async def test_two_run_side_by_side_without_seeing_each_other(
    scripts: Scripts, placed: Placed, heard: Heard
) -> None:
    command = "ls *.mark 2>/dev/null; touch $$.mark; node -p 1+1 && ls *.mark | wc -l"

    ends = await asyncio.gather(*(scripts.run(placed(command), heard.say) for _ in range(2)))

    assert [one.ok for one in ends] == [True, True]
    assert sorted(line.strip() for _, line in heard) == ["1", "1", "2", "2"]


async def _said(heard: Heard, word: str) -> bool:
    return word in heard.text


async def _sandbox(settings: Settings, tmp_path: Path, **changed: str) -> Sandbox:
    from connectory.sandbox import SandboxSettings

    chosen = SandboxSettings(tmp_path / "another sandbox")
    made = Sandbox.create(dataclasses.replace(chosen, **changed))  # type: ignore[arg-type]
    await made.start()
    return made


def _stages(settings: Settings) -> list[Path]:
    place = settings.directory / "scripts"
    return list(place.iterdir()) if place.exists() else []
