"""Before an application is started: its artifact is what was built here, unpacked; tools are there.

Only here an artifact is held to its attestation. What runs already is looked at once a day
(``connectory.auditing``): a key that was taken away must not stop what serves.
"""

from collections.abc import Awaitable

import structlog

from connectory.artifacts import ArtifactDamaged, ArtifactMissing
from connectory.attestations.attesting import NotAttested, require_attested
from connectory.attestations.signing import trusted_keys
from connectory.connectors.model import ReportEntry
from connectory.durable import Rejected
from connectory.hosting.host import Hosting
from connectory.hosting.placement import Placement
from connectory.hosting.report import not_attested, unprepared
from connectory.hosting.sites import SitePlacement

log = structlog.get_logger()


async def prepare(hosting: Hosting, placement: Placement, commit: str) -> ReportEntry | None:
    """What speaks against starting the application as it was built from ``commit``."""

    async def get_ready() -> None:
        await _require_attested(hosting, placement.artifact, commit)
        await hosting.supervisor.prepare(placement)

    return await _judged(get_ready(), placement)


async def prepare_site(
    hosting: Hosting, placement: SitePlacement, commit: str
) -> ReportEntry | None:
    """What speaks against building a site of what ``commit`` was built to."""
    return await _judged(_require_attested(hosting, placement.artifact, commit), placement)


async def _judged(
    getting_ready: Awaitable[None], placement: Placement | SitePlacement
) -> ReportEntry | None:
    name, artifact = placement.application_name, placement.artifact
    try:
        await getting_ready
    except Rejected as refusal:
        return unprepared(name, refusal)
    except (NotAttested, ArtifactDamaged, ArtifactMissing) as problem:
        log.exception("artifact.refused", application=name, artifact=artifact)
        return not_attested(name, artifact, _why(problem))
    return None


async def _require_attested(hosting: Hosting, artifact: str, commit: str) -> None:
    """The commit alone tells the content: repositories are renamed and mirrored."""
    trusted = trusted_keys(hosting.settings.directory / "keys")
    await require_attested(hosting.artifacts, artifact, "", commit, trusted)


def _why(problem: NotAttested | ArtifactDamaged | ArtifactMissing) -> str:
    if isinstance(problem, NotAttested):
        return f"{'; '.join(one.what for one in problem.problems)}."
    return problem.cause if isinstance(problem, ArtifactDamaged) else "it is not there any more."
