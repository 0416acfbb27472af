"""Attestations beside the artifact: there as long as it is, and asked for before it runs."""

from pathlib import Path

import pytest
from tests.attestations.conftest import COMMIT, REPOSITORY, World, built, made

from connectory.artifacts import ArtifactMissing
from connectory.attestations.attesting import (
    DSSE,
    NotAttested,
    attest,
    attested,
    bill_of,
    require_attested,
)
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Fault
from connectory.attestations.provenance import SBOM_MEDIA
from connectory.attestations.signing import Signing
from connectory.database import open_database


@pytest.fixture
def own(tmp_path: Path) -> World:
    return made(tmp_path, open_database("", tmp_path / "data"), others=1)


async def test_what_was_built_here_may_run(own: World) -> None:
    await require_attested(own.store, own.artifacts[0], REPOSITORY, COMMIT, own.signing.ring)
    await require_attested(own.store, own.artifacts[0], "", COMMIT, own.signing.ring)


@pytest.mark.parametrize(
    ("repository", "commit"), [(REPOSITORY, "9" * 40), ("https://else/x.git", COMMIT)]
)
async def test_another_source_is_refused(own: World, repository: str, commit: str) -> None:
    with pytest.raises(NotAttested) as refused:
        await require_attested(own.store, own.artifacts[0], repository, commit, own.signing.ring)
    assert {one.fault for one in refused.value.problems} == {Fault.SOURCE}


async def test_an_artifact_put_in_the_place_of_another_is_refused(own: World) -> None:
    """Both are whole, and both are the platform's: only their commits differ."""
    other = built(own.artifacts[1], "worker", commit="9" * 40)
    bill = await bill_of(own.store, own.artifacts[1])
    assert bill is not None
    await attest(own.store, own.signing, other, bill)
    found = await attested(own.store, own.artifacts[1], REPOSITORY, "9" * 40, own.signing.ring)
    assert found.artifact == own.artifacts[1]
    with pytest.raises(NotAttested):
        await require_attested(own.store, own.artifacts[0], REPOSITORY, "9" * 40, own.signing.ring)


async def test_a_strangers_word_is_worth_nothing(own: World, tmp_path: Path) -> None:
    stranger = Signing(tmp_path / "stranger")
    with pytest.raises(NotAttested) as refused:
        await require_attested(own.store, own.artifacts[0], REPOSITORY, COMMIT, stranger.ring)
    assert {one.fault for one in refused.value.problems} == {Fault.KEY_UNTRUSTED}
    await attest(own.store, stranger, built(own.artifacts[0], "mailer"), b"{}")
    await require_attested(own.store, own.artifacts[0], REPOSITORY, COMMIT, own.signing.ring)


async def test_without_attestation_nothing_runs(own: World) -> None:
    for referrer in own.store.index.subjects():
        own.store.index.change([], dropped=[referrer])
    with pytest.raises(NotAttested, match="nothing is known of commit 111"):
        await require_attested(own.store, own.artifacts[0], REPOSITORY, COMMIT, KeyRing(keys=()))


async def test_a_damaged_attestation_is_refused(own: World) -> None:
    from connectory.attestations.documents import canonical, digest

    path = own.store.blobs.path(digest(canonical(own.attestations[0].provenance)))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    with pytest.raises(NotAttested) as refused:
        await require_attested(own.store, own.artifacts[0], REPOSITORY, COMMIT, own.signing.ring)
    assert {one.fault for one in refused.value.problems} == {Fault.UNREADABLE}


async def test_attesting_twice_stores_once(own: World) -> None:
    before = own.store.index.digests()
    bill = await bill_of(own.store, own.artifacts[0])
    assert bill is not None
    await attest(own.store, own.signing, built(own.artifacts[0], "mailer"), bill)
    assert own.store.index.digests() == before


async def test_it_goes_when_its_artifact_goes(own: World) -> None:
    kept, gone = own.artifacts
    await own.store.sweep([kept], grace=-1)
    assert await own.store.referrers(gone, DSSE) == ()
    assert len(await own.store.referrers(kept, DSSE)) == 1
    assert len(await own.store.referrers(kept, SBOM_MEDIA)) == 1
    await require_attested(own.store, kept, REPOSITORY, COMMIT, own.signing.ring)


async def test_what_is_not_there_cannot_be_attested(own: World) -> None:
    missing = "sha256:" + "0" * 64
    with pytest.raises(ArtifactMissing):
        await attest(own.store, own.signing, built(missing, "mailer"), b"{}")
