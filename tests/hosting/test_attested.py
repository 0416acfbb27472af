"""Only what the platform can show that it built from the Connector's commit is ever started."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.attestations.packing import attest_as_built
from tests.hosting.conftest import HELLO, Pack
from tests.hosting.deployments import App, ask_for_deploy
from tests.hosting.test_pipelines import current, ended, engine, nothing_left, titles

from connectory.artifacts import ArtifactStore
from connectory.attestations.attesting import DSSE
from connectory.attestations.signing import Signing
from connectory.database import Database
from connectory.durable import RunState
from connectory.durable.engine import Engine
from connectory.hosting import Hosting
from connectory.sealing import Seal
from connectory.settings import Settings
from connectory.wire import encode

__all__ = ["engine"]
REFUSED = [("Error", "Artifact of application service cannot be trusted")]


def changed(blob: Path) -> None:
    """One byte of it is another one."""
    blob.chmod(0o644)
    data = bytearray(blob.read_bytes())
    data[len(data) // 2] ^= 1
    blob.write_bytes(data)


def layer_of(store: ArtifactStore, artifact: str) -> Path:
    return store.blobs.path(store.read(artifact).layers[0].digest)


def provenance_of(store: ArtifactStore, artifact: str) -> Path:
    (manifest,) = store.index.referrers(artifact, DSSE)
    said = json.loads(store.blobs.path(manifest).read_bytes())
    return store.blobs.path(said["layers"][0]["digest"])


def without_attestation(store: ArtifactStore, artifact: str) -> None:
    store.index.change([], dropped=store.index.referrers(artifact, DSSE))


SPOILED: dict[str, tuple[Callable[[ArtifactStore, str], None], str]] = {
    "unattested": (without_attestation, "nothing is known of commit cccccccccccc"),
    "another layer": (lambda s, a: changed(layer_of(s, a)), "digest"),
    "another manifest": (lambda s, a: changed(s.blobs.path(a)), "digest"),
    "another provenance": (lambda s, a: changed(provenance_of(s, a)), "digest"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
async def test_what_does_not_match_is_not_started(
    spoiled: str, engine: Engine, hosting: Hosting, database: Database, seal: Seal, pack: Pack
) -> None:
    spoil, why = SPOILED[spoiled]
    artifact = await pack(HELLO)
    spoil(hosting.artifacts, artifact)
    deployment, run = ask_for_deploy(database, seal, App("service", artifact))
    assert await ended(database, run) is RunState.FAILED
    failed = current(database, deployment)
    assert (failed.status, titles(failed)) == ("Failed", REFUSED)
    said = encode(failed.details).decode()
    assert "The platform failed, not the Connector" in said
    assert artifact in said
    assert why in said
    await nothing_left(hosting, deployment.id)


async def test_an_artifact_of_another_commit_is_not_started(
    engine: Engine, database: Database, seal: Seal, pack: Pack, artifacts: ArtifactStore,
    settings: Settings,
) -> None:  # fmt: skip
    """Each is whole and the platform's own: somebody has put the one in the place of the other."""
    artifact = await pack(HELLO)
    without_attestation(artifacts, artifact)
    await attest_as_built(artifacts, settings.directory / "keys", artifact, "d" * 40)
    deployment, run = ask_for_deploy(database, seal, App("service", artifact))
    assert await ended(database, run) is RunState.FAILED
    failed = current(database, deployment)
    assert titles(failed) == REFUSED
    assert "built from another commit" in encode(failed.details).decode()


async def test_a_replaced_key_leaves_what_it_signed_trusted(
    engine: Engine, database: Database, seal: Seal, pack: Pack, settings: Settings
) -> None:
    artifact = await pack(HELLO)
    Signing(settings.directory / "keys").rotate()
    _, run = ask_for_deploy(database, seal, App("service", artifact))
    assert await ended(database, run) is RunState.SUCCEEDED
