"""``connectory key``: what signs, what signed, and a new one."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectory.attestations.keys import ring_from
from connectory.attestations.signing import Signing
from connectory.cli.app import app


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".connectory" / "keys"


def run(*arguments: str, says: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["key", *arguments], input=says)
    return result.exit_code, result.output


def test_there_is_none_before_it_is_needed(keys: Path) -> None:
    code, said = run("list")
    assert (code, "no keys" in said) == (0, True)
    assert run("rotate", "--yes")[0] == 1
    assert not keys.exists()


def test_keys_are_listed_for_people_and_for_verify(keys: Path) -> None:
    signing = Signing(keys)
    code, said = run("list")
    assert (code, signing.key.id in said, said.strip().endswith("signs")) == (0, True, True)
    code, said = run("list", "--json")
    assert ring_from(said.encode()) == signing.ring


def test_a_new_key_signs_and_the_old_one_is_remembered(keys: Path) -> None:
    old = Signing(keys).key
    code, said = run("rotate", "--yes")
    new = Signing(keys).key
    assert (code, new.id in said, new.id != old.id) == (0, True, True)
    lines = run("list")[1].splitlines()
    assert [line.partition(" ")[0] for line in lines] == [old.id, new.id]
    assert "signed until" in lines[0]


def test_it_asks_first(keys: Path) -> None:
    old = Signing(keys).key
    assert run("rotate", says="n\n")[0] == 1
    assert Signing(keys).key == old


def test_a_spoiled_list_is_said(keys: Path) -> None:
    Signing(keys)
    (keys / "trusted.json").write_text("{}")
    for command in (("list",), ("rotate", "--yes")):
        code, said = run(*command)
        assert (code, "holds no public keys" in said) == (2, True)
