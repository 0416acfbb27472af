from pathlib import Path

import pytest

from connectory.sealing import Seal, SealBrokenError


def test_sealed_text_opens_for_its_owner_only(tmp_path: Path) -> None:
    seal = Seal.from_file(tmp_path / "keys" / "seal.key")
    sealed = seal.close("hunter2", "deployment-1")
    assert "hunter2" not in sealed
    assert seal.open(sealed, "deployment-1") == "hunter2"
    with pytest.raises(SealBrokenError):
        seal.open(sealed, "deployment-2")


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "seal.key"
    sealed = Seal.from_file(file).close("x", "o")
    assert Seal.from_file(file).open(sealed, "o") == "x"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_text_never_looks_the_same_twice(tmp_path: Path) -> None:
    seal = Seal.from_file(tmp_path / "seal.key")
    assert seal.close("x", "o") != seal.close("x", "o")
