"""What is published says where it came from and what is in it, over the real pipeline."""

import json

import pytest
from tests.publishing.conftest import Line
from tests.publishing.test_pipelines import LOCK, SERVICE

from connectory.attestations.attesting import NotAttested, attested, require_attested
from connectory.attestations.bundle import Attested
from connectory.attestations.provenance import Proven
from connectory.attestations.statement import PAYLOAD
from connectory.attestations.verify import statement_in
from connectory.connectors import store
from connectory.publishing.steps.attest import signing_of

INTEGRITY = (
    "sha512-"
    "41Cifkg6e8TylSpdtTpeLVMqvSBEVzTttHvERD741+pnZ8ANv0004MRL43QKPDlK9cGvNp6NZWZUBlbGXYxxng=="
)
"""Of is-number 7.0.0 in the registry."""


async def found(line: Line, connector: str, url: str, commit: str) -> Attested:
    stored = await line.publishing.database.read(lambda c: store.connector_with(c, id=connector))
    assert stored is not None
    (artifact,) = stored.build.artifacts
    trusted = signing_of(line.publishing).ring
    await require_attested(line.publishing.artifacts, artifact, url, commit, trusted)
    return await attested(line.publishing.artifacts, artifact, url, commit, trusted)


async def commit_of(line: Line, connector: str) -> str:
    stored = await line.publishing.database.read(lambda c: store.staged_with_id(c, connector))
    return stored.commit


async def test_what_is_published_is_attested(line: Line) -> None:
    lock = json.loads(json.dumps(LOCK))
    lock["packages"]["node_modules/is-number"]["integrity"] = INTEGRITY
    url = line.repository(SERVICE | {"service/package-lock.json": json.dumps(lock)})
    connector = await line.draft(url)
    await line.publish(connector)
    one = await found(line, connector, url, await commit_of(line, connector))
    assert [part["purl"] for part in one.sbom["components"]] == ["pkg:npm/is-number@7.0.0"]
    assert one.sbom["components"][0]["hashes"][0]["alg"] == "SHA-512"
    assert one.sbom["components"][0]["licenses"] == [{"expression": "MIT"}]
    ring = signing_of(line.publishing).ring
    said, _, problems = statement_in(one.provenance, "https://slsa.dev/provenance/v1", Proven,
                                     ring, "provenance")  # fmt: skip
    assert problems == []
    assert said is not None
    assert said.predicate.build_definition.external_parameters.tag == "v1"
    assert one.provenance.payload_type == PAYLOAD


async def test_an_artifact_of_two_commits_is_attested_for_both(line: Line) -> None:
    url = line.repository(SERVICE)
    first = await line.draft(url)
    await line.publish(first)
    other = line.repository(SERVICE)
    second = await line.draft(other)
    await line.publish(second)
    commits = [await commit_of(line, one) for one in (first, second)]
    one = await found(line, first, url, commits[0])
    two = await found(line, second, other, commits[1])
    assert one.artifact == two.artifact
    assert one.provenance != two.provenance
    with pytest.raises(NotAttested):
        await found(line, second, other, "9" * 40)
