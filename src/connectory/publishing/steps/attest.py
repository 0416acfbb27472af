"""Say where an artifact came from and what is in it, beside the artifact."""

import asyncio
from urllib.parse import urlsplit

from connectory import __version__
from connectory.attestations.attesting import attest, bill_of
from connectory.attestations.provenance import Built
from connectory.attestations.sbom import Described, bill
from connectory.attestations.signing import Signing
from connectory.publishing.composition import components
from connectory.publishing.content import Subject
from connectory.publishing.context import Publishing, this_platform
from connectory.publishing.model import Plan
from connectory.publishing.task import Task, Tools


def signing_of(publishing: Publishing) -> Signing:
    """The platform's own key."""
    return Signing(publishing.settings.directory / "keys")


async def attest_packed(task: Task, artifact: str) -> None:
    """Attest what was just packed; its tree must still be in the workspace."""
    about = Described(task.name, artifact, __version__)
    tree, source = task.workspace.tree, task.folder.source
    made_of = await asyncio.to_thread(components, source, tree, task.name)
    document = await asyncio.to_thread(bill, about, made_of)
    built = built_from(task.publishing, task.plan, task.subject, task.tools, artifact)
    await attest(task.publishing.artifacts, signing_of(task.publishing), built, document)


async def attest_known(
    publishing: Publishing, plan: Plan, subject: Subject, tools: Tools, artifact: str
) -> bool:
    """Attest that another commit is built to an artifact as well. False: the artifact has no bill
    of materials, and has to be built again."""
    document = await bill_of(publishing.artifacts, artifact)
    if document is None:
        return False
    built = built_from(publishing, plan, subject, tools, artifact)
    await attest(publishing.artifacts, signing_of(publishing), built, document)
    return True


def built_from(
    publishing: Publishing, plan: Plan, subject: Subject, tools: Tools, artifact: str
) -> Built:
    """What a provenance says of a build; ``subject`` and ``tools`` are what it was made of."""
    return Built(
        artifact=artifact,
        application=subject.application.name,
        type=subject.application.type,
        repository=plan.url,
        tag=plan.tag,
        commit=plan.commit,
        tree=plan.tree,
        tools=tools.names,
        parameters=(("platform", this_platform()), ("registry", _host(publishing))),
        version=__version__,
    )


def _host(publishing: Publishing) -> str:
    """The registry without what its address may hold of a password."""
    return urlsplit(publishing.settings.npm_registry).hostname or ""
