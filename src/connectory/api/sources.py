"""What a draft learns from its repository, at once when it is created or moved (facts 2.5)."""

import asyncio
from collections.abc import Sequence

from starlette.requests import Request

from connectory.api.context import context
from connectory.auth import Caller
from connectory.connectors.actions import Action, AddCertificationComment, SetRepository
from connectory.connectors.errors import (
    ConnectorSpecificationFileNotFoundError,
    ConnectorSpecificationFileNotValidError,
    GitRepositoryNotReachableError,
)
from connectory.connectors.model import ConnectorStaged, Repository, Source, source
from connectory.repositories import Repositories, RepositoryError
from connectory.specification import SpecificationInvalid, parse
from connectory.wire import now, timestamp

UNREADABLE = (
    GitRepositoryNotReachableError,
    ConnectorSpecificationFileNotFoundError,
    ConnectorSpecificationFileNotValidError,
)
"""What can be wrong with a repository."""


async def read_source(repositories: Repositories, repository: Repository) -> Source:
    """The commit of the tag and its connect.yaml.

    Raises ``GitRepositoryNotReachableError``, ``ConnectorSpecificationFileNotFoundError`` or
    ``ConnectorSpecificationFileNotValidError``, each with its cause.
    """
    try:
        revision = await repositories.fetch(repository.url, repository.tag)
        text = await repositories.read(revision, "connect.yaml")
    except RepositoryError as problem:
        raise GitRepositoryNotReachableError(problem.cause) from None
    if text is None:
        raise ConnectorSpecificationFileNotFoundError(repository.url, repository.tag)
    try:
        # a hostile file may take a while: never on the loop that answers everybody
        return source(revision.commit, await asyncio.to_thread(parse, text))
    except SpecificationInvalid as problem:
        lines = "\n".join(f"line {one.line}: {one}" for one in problem.problems)
        raise ConnectorSpecificationFileNotValidError(
            repository.url, repository.tag, lines
        ) from None


async def completed(
    request: Request, who: Caller, staged: ConnectorStaged, actions: Sequence[Action]
) -> list[Action]:
    """The actions with what the request does not say: what is in the repository of a
    ``setRepository``, who comments and when."""
    moment = timestamp(now())
    resolved = list[Action]()
    for action in actions:
        if isinstance(action, SetRepository):
            found = await read_source(context(request).repositories, action.repository(staged))
            resolved.append(action.read(found))
        elif isinstance(action, AddCertificationComment):
            resolved.append(action.signed(who.project.key, moment))
        else:
            resolved.append(action)
    return resolved
