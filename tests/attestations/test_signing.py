"""The platform's key: made once, kept private, replaced without a gap."""

import hashlib
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectory.attestations.documents import Malformed
from connectory.attestations.envelope import opened
from connectory.attestations.keys import KeyRing, ring_from, ring_to_json
from connectory.attestations.signing import Signing, signing, trusted_keys


def test_the_key_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    first, again = Signing(tmp_path / "keys"), Signing(tmp_path / "keys")
    assert first.ring == again.ring
    assert first.sign(b"x", "t") == again.sign(b"x", "t")
    file = tmp_path / "keys" / "signing.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in file.parent.iterdir()) == ["signing.pem", "trusted.json"]


def test_of_many_who_make_it_one_wins(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Signing(tmp_path / "keys").key.id, range(8)))
    assert len(set(made)) == 1


def test_its_name_is_what_openssl_computes(tmp_path: Path) -> None:
    key = Signing(tmp_path).key
    done = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "der"],
        input=key.pem().encode(), capture_output=True, check=True,
    )  # fmt: skip
    assert hashlib.sha256(done.stdout).hexdigest() == key.id
    assert ring_from(key.pem().encode()).keys[0].id == key.id


def test_after_a_rotation_the_new_key_signs_and_both_are_trusted(tmp_path: Path) -> None:
    signing = Signing(tmp_path)
    before = signing.sign(b"x", "t")
    old, new = signing.key, signing.rotate()
    after = signing.sign(b"x", "t")
    assert [one.keyid for one in after.signatures] == [new.id] != [old.id]
    assert Signing(tmp_path).ring == signing.ring
    for envelope in (before, after):
        assert opened(envelope, "t", signing.ring, "here").problems == ()
    ended = signing.ring.named(old.id)
    assert ended is not None
    assert ended.until == new.since
    assert not ended.signs_at(new.since)
    assert new.signs_at(new.since)


def test_nobody_replaces_the_key_while_something_is_signed(tmp_path: Path) -> None:
    old = Signing(tmp_path).key
    with ThreadPoolExecutor(1) as pool:
        with signing(tmp_path) as held:
            replacing = pool.submit(Signing(tmp_path).rotate)
            assert held.key.id == Signing(tmp_path).key.id == old.id
            assert not replacing.done()
        assert replacing.result().id == Signing(tmp_path).key.id != old.id


def test_two_who_replace_it_leave_both_keys_trusted(tmp_path: Path) -> None:
    one, other = Signing(tmp_path), Signing(tmp_path)
    made = [one.rotate().id, other.rotate().id]
    ring = trusted_keys(tmp_path)
    assert [each.id for each in ring.keys][1:] == made
    assert [bool(each.until) for each in ring.keys] == [True, True, False]


def test_a_ring_with_a_false_name_is_refused(tmp_path: Path) -> None:
    ring = Signing(tmp_path).ring
    text = ring_to_json(ring).decode().replace(ring.keys[0].id, "0" * 64)
    with pytest.raises(Malformed, match="has not the name"):
        ring_from(text.encode())
    for other in (b"{}", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"):
        with pytest.raises(Malformed):
            ring_from(other)


def test_the_private_key_shows_nowhere(tmp_path: Path) -> None:
    signing = Signing(tmp_path)
    body = (tmp_path / "signing.pem").read_text().split("\n")[1]
    listed = (tmp_path / "trusted.json").read_text()
    shown = f"{signing!r} {signing.ring!r} {signing.key!r} {listed}"
    assert body not in shown
    assert signing.ring == KeyRing(keys=(signing.key,))
