"""``connectory verify``: a yes or a no, with the reasons, and no network."""

import json
from pathlib import Path

import pytest
import typer
from tests.attestations.conftest import World, made
from typer.testing import CliRunner

from connectory.attestations.bundle import to_json
from connectory.cli.verify import verify
from connectory.database import open_database

app = typer.Typer()
app.command()(verify)


@pytest.fixture
def granted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    world = made(tmp_path, open_database("", tmp_path / "data"))
    (tmp_path / "certificate.json").write_bytes(to_json(world.bundle()))
    return world


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["certificate.json", *arguments])
    return result.exit_code, result.output


def test_a_sound_certificate_holds(granted: World) -> None:
    code, said = run("--key", "keys/trusted.json", "--artifact", "layout")
    assert (code, said.strip()) == (0, "The certificate holds.")
    Path("one.pem").write_text(granted.signing.key.pem())
    code, said = run("--key", "one.pem", "--json")
    assert code == 0
    assert "No artifact was looked at" in said


def test_it_asks_for_a_key(granted: World) -> None:
    code, said = run()
    assert code == 1
    assert "--key" in said


def test_a_tampered_one_does_not_hold(granted: World) -> None:
    document = json.loads(Path("certificate.json").read_text())
    document["report"]["findings"] = []
    Path("certificate.json").write_text(json.dumps(document))
    code, said = run("--key", "keys/trusted.json", "--json")
    assert code == 1
    assert '"where":"report"' in said.replace("\n", "")


def test_an_earlier_certificate_must_be_continued(granted: World) -> None:
    earlier = Path("earlier.json")
    earlier.write_bytes(to_json(granted.bundle()))
    granted.issue(granted.granted)
    Path("certificate.json").write_bytes(to_json(granted.bundle(3)))
    assert run("--key", "keys/trusted.json", "--since", "earlier.json")[0] == 0
    Path("certificate.json").write_bytes(to_json(granted.bundle()))
    assert run("--key", "keys/trusted.json", "--since", "earlier.json")[0] == 1


@pytest.mark.parametrize(
    "arguments", [("--key", "no.json"), ("--key", "certificate.json"),
                  ("--key", "keys/trusted.json", "--artifact", "nowhere"),
                  ("--key", "keys/trusted.json", "--since", "keys/trusted.json")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(granted: World, arguments: tuple[str, ...]) -> None:
    assert run(*arguments)[0] == 2
