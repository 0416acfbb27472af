"""What the report says when the connector is at fault: cause first, then the fix, then evidence."""

import json
from pathlib import Path

import pytest
from tests.publishing.conftest import Line, connect_yaml, message, package_json, said

from connectory.connectors.model import ConnectorStaged

FAILED = "Application build check failed"
START = {"start": "node index.js"}
SERVER = "require('http').createServer((q, s) => s.end()).listen(process.env.PORT);\n"


def service(scripts: dict[str, str], **fields: object) -> dict[str, str | bytes]:
    return {
        "connect.yaml": connect_yaml("service"),
        "service/package.json": package_json(scripts={**START, **scripts}, **fields),
        "service/package-lock.json": json.dumps(
            {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {}}}
        ),
        "service/index.js": SERVER,
    }


async def refused(line: Line, files: dict[str, str | bytes], title: str = FAILED) -> str:
    staged = await line.published(files)
    assert staged.status == "Failed"
    return message(staged.publishing_report, title)


async def test_no_connect_yaml(line: Line) -> None:
    text = await refused(line, {"README": "x"}, "Connector specification file not found")
    assert "no connect.yaml" in text


async def test_every_problem_of_connect_yaml_has_its_line(line: Line) -> None:
    files = {"connect.yaml": "deployAs:\n  - name: a b\n    applicationType: service\n"}
    title = "Connector specification file validation check failed"
    text = await refused(line, dict(files), title)
    assert "line 2: [deployAs.0.name]" in text
    assert "endpoint" in text


async def test_no_such_tag(line: Line) -> None:
    url = line.repository(service({}))
    staged = await line.publish(await line.draft(url, "v9"))
    assert "v9" in message(staged.publishing_report, "Connector repository check failed")


async def test_no_folder_for_the_application(line: Line) -> None:
    text = await refused(line, {"connect.yaml": connect_yaml("service"), "other/x": ""})
    assert "no folder service" in text
    assert "other" in text


async def test_java_is_not_supported_yet(line: Line) -> None:
    text = await refused(line, {"connect.yaml": connect_yaml("service"), "service/pom.xml": "x"})
    assert "Java" in text


async def test_a_package_json_that_is_a_link(line: Line) -> None:
    url = line.repository(service({}))
    package = Path(url) / "service/package.json"
    package.rename(Path(url) / "real.json")
    package.symlink_to("../real.json")
    line.commit(url, {}, "v2")
    staged = await line.publish(await line.draft(url, "v2"))
    assert "regular file" in message(staged.publishing_report, FAILED)


@pytest.mark.parametrize("text", ["{", "[]", '{"scripts": 1}', "\xff"])
async def test_a_broken_package_json(line: Line, text: str) -> None:
    files = service({})
    files["service/package.json"] = text.encode("latin-1")
    assert await refused(line, files)


async def test_an_impossible_range_of_node(line: Line) -> None:
    text = await refused(line, service({}, engines={"node": ">=99"}))
    assert ">=99" in text
    assert "engines.node" in text


async def test_nothing_starts_the_application(line: Line) -> None:
    files = service({})
    files["service/package.json"] = package_json()
    assert "start" in await refused(line, files)


async def test_a_failing_build(line: Line) -> None:
    text = await refused(line, service({"build": "echo 'src/a.ts(1,2): error TS1' && exit 2"}))
    assert text.startswith("The script build of service ended with code 2.")
    assert "error TS1" in text


async def test_a_failing_test_does_not_stop_a_private_publish(line: Line) -> None:
    staged = await line.published(service({"test": "echo 2 of 3 failed; exit 1"}))
    assert staged.status == "Published"
    text = message(staged.publishing_report, "Tests of application service failed")
    assert "2 of 3 failed" in text
    assert ("Warning", "Tests of application service failed", "service") in said(
        staged.publishing_report
    )


async def test_a_failing_test_stops_certification(line: Line) -> None:
    connector = await line.draft(line.repository(service({"test": "exit 1"})))
    staged = await line.publish(connector, certification=True)
    assert staged.status == "Failed"
    text = message(staged.publishing_report, "Application tests check failed")
    assert text.startswith("One finding stops it: ")


async def test_the_other_applications_are_built_although_one_fails(line: Line) -> None:
    files = service({"build": "exit 1"})
    files |= {name.replace("service/", "event/"): text for name, text in service({}).items()}
    files["connect.yaml"] = connect_yaml("service", "event")
    staged = await line.published(files)
    assert staged.status == "Failed"
    assert ("Information", "Application build check succeeded", "event") in said(
        staged.publishing_report
    )


class TestHostileScripts:
    async def outcome(self, line: Line, script: str) -> ConnectorStaged:
        return await line.published(service({"build": script}))

    async def test_the_host_is_not_there_to_read(self, line: Line, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("s3cret")
        script = f"cat {tmp_path}/secret /root/.bashrc /etc/shadow; ls {tmp_path}; exit 1"
        text = message((await self.outcome(line, script)).publishing_report, FAILED)
        assert "s3cret" not in text
        assert "No such file" in text

    async def test_no_host_but_the_registry_can_be_reached(self, line: Line) -> None:
        script = "npm install --registry=https://example.org left-pad"
        text = message((await self.outcome(line, script)).publishing_report, FAILED)
        assert "example.org, which a build may not" in text

    async def test_tests_reach_nothing_at_all(self, line: Line) -> None:
        script = "node -e \"fetch('https://registry.npmjs.org').catch(e => process.exit(3))\""
        staged = await line.published(service({"test": script}))
        assert "code 3" in message(staged.publishing_report, "Tests of application service failed")

    async def test_endless_output_is_cut(self, line: Line) -> None:
        script = (
            "head -c 10000000 /dev/zero | tr '\\\\0' x | fold -w 79; echo; echo the end; exit 1"
        )
        text = message((await self.outcome(line, script)).publishing_report, FAILED)
        assert len(text) <= 4096
        assert "the end" in text

    async def test_control_characters_never_reach_the_report(self, line: Line) -> None:
        script = "printf '\\\\033[31mred\\\\007\\\\n'; exit 1"
        text = message((await self.outcome(line, script)).publishing_report, FAILED)
        assert "red" in text
        assert text.isprintable() or all(c.isprintable() or c == "\n" for c in text)

    async def test_a_link_out_of_the_tree_is_not_packaged(self, line: Line) -> None:
        text = message((await self.outcome(line, "ln -s /etc/passwd x")).publishing_report, FAILED)
        assert "leads out of the tree" in text

    async def test_the_environment_has_nothing_of_ours(
        self, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CONNECTORY_SECRET", "s3cret")
        text = message((await self.outcome(line, "env; exit 1")).publishing_report, FAILED)
        assert "s3cret" not in text
        assert "CONNECTORY" not in text

    async def test_a_script_that_does_not_end_is_cut(self, line: Line) -> None:
        from msgspec.structs import replace

        short = replace(line.publishing.settings, build_timeout=2)
        object.__setattr__(line.publishing, "settings", short)
        text = message((await self.outcome(line, "sleep 1000")).publishing_report, FAILED)
        assert "did not finish within 2 seconds" in text
