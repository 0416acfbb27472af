"""Does what the platform can prove still hold? Looked at once a day, told to the operator.

Two things may have been changed behind its back: the log of certificates, and the attestations of
what is deployed. Whatever does not match is a line in the platform's log and counts in a metric.
"""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
from prometheus_client import Gauge
from sqlalchemy import Connection

from connectory.artifacts import ArtifactStore
from connectory.attestations import log as certificates
from connectory.attestations.attesting import NotAttested, require_attested
from connectory.attestations.audit import audit
from connectory.attestations.documents import Malformed, canonical, decoded
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Problem
from connectory.attestations.proofs import Head, head_of
from connectory.attestations.signing import replace_file, trusted_keys
from connectory.connectors.model import Build
from connectory.database import Database
from connectory.deployments import revisions, store

log = structlog.get_logger()

SEEN = "log-head.json"
"""Beside the keys: the head that the last sound inspection ended with. Without it, nobody could
tell that the newest entries are gone."""
MOST_LINES = 20
PROBLEMS = Gauge(
    "connectory_attestation_problems",
    "What did not match in the last inspection: entries of the log, attestations of artifacts",
    ["of"],
)
INSPECTED = Gauge(
    "connectory_attestation_inspected_timestamp_seconds", "When the last inspection ended"
)


async def inspect(database: Database, artifacts: ArtifactStore, keys: Path) -> tuple[Problem, ...]:
    """Everything that does not match. ``keys`` is the folder of the platform's keys."""
    trusted = trusted_keys(keys)
    of_log = await asyncio.to_thread(_of_log, database, trusted, keys / SEEN)
    of_artifacts = await _of_artifacts(database, artifacts, trusted)
    PROBLEMS.labels("log").set(len(of_log))
    PROBLEMS.labels("artifacts").set(len(of_artifacts))
    INSPECTED.set(time.time())
    found = (*of_log, *of_artifacts)
    for one in found[:MOST_LINES]:
        log.error("attestations.problem", where=one.where, what=one.what, fault=one.fault)
    log.info("attestations.inspected", problems=len(found))
    return found


def _of_log(database: Database, trusted: KeyRing, seen: Path) -> tuple[Problem, ...]:
    kept = _head(seen.read_bytes(), trusted) if seen.exists() else ()

    def work(connection: Connection) -> tuple[tuple[Problem, ...], Envelope | None]:
        return audit(connection, trusted, kept), certificates.head(connection)

    found, head = database.read_blocking(work)
    if head is not None and not found:
        replace_file(seen, canonical(head), 0o644)
    return found


def _head(data: bytes, trusted: KeyRing) -> tuple[Head, ...]:
    """What was seen before; nothing when that is spoiled itself."""
    try:
        head, problems = head_of(decoded(data, Envelope), trusted, SEEN)
    except Malformed:
        return ()
    return () if problems else (head,)


async def _of_artifacts(
    database: Database, artifacts: ArtifactStore, trusted: KeyRing
) -> tuple[Problem, ...]:
    found = list[Problem]()
    for artifact, commit in await database.read(deployed):
        try:
            await require_attested(artifacts, artifact, "", commit, trusted)
        except NotAttested as problem:
            found += problem.problems
    return tuple(found)


def deployed(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Artifact and commit of all that Deployments run or could be rolled back to, each once."""
    builds = (*store.builds(connection), *revisions.builds(connection))
    return tuple(sorted({pair for one in builds for pair in _pairs(one)}))


def _pairs(build: Build) -> Iterator[tuple[str, str]]:
    return ((artifact, build.commit) for artifact in build.artifacts)
