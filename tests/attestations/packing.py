"""Artifacts as publishing leaves them: packed, and attested as built from a commit."""

import asyncio
import tempfile
from pathlib import Path

import msgspec

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.attestations.attesting import attest
from connectory.attestations.provenance import Built
from connectory.attestations.sbom import Described, bill
from connectory.attestations.signing import Signing
from connectory.connectors.model import Build

REPOSITORY = "https://example.org/x.git"


async def attest_as_built(
    store: ArtifactStore,
    keys: Path,
    artifact: str,
    commit: str,
    repository: str = REPOSITORY,
    application: str = "service",
) -> None:
    """As the step ``package`` does; ``keys`` is the folder of the platform's keys."""
    built = Built(
        artifact=artifact,
        application=application,
        type="service",
        repository=repository,
        tag="v1",
        commit=commit,
        tree="t" * 40,
        tools=("node 20.11.1",),
        parameters=(),
        version="0.1.0",
    )
    bill_of_it = bill(Described(application, artifact, "0.1.0"), ())
    await attest(store, Signing(keys), built, bill_of_it)


def built_here(data: Path, build: Build, commit: str, repository: str) -> Build:
    """The build with artifacts that a platform with this data directory has built from the commit,
    one for each application that has one."""
    store = ArtifactStore(data / "artifacts")

    async def built() -> Build:
        made = []
        for one in build.applications:
            artifact = one.artifact and await _packed(store, one.name)
            if artifact:
                await attest_as_built(store, data / "keys", artifact, commit, repository, one.name)
            made.append(msgspec.structs.replace(one, artifact=artifact))
        return Build(commit, build.tree, tuple(made))

    return asyncio.run(built())


async def _packed(store: ArtifactStore, name: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "index.js").write_text(f"// {name}\n")
        config = ImageConfig(("node", "index.js"), f"/workspace/{name}")
        packed = await store.pack(Path(folder), prefix="workspace", config=config, annotations={})
        return packed.digest
