"""Find out which commit the tag stands for, and bring it here."""

import msgspec

from connectory.connectors.model import Repository
from connectory.durable import Rejected
from connectory.repositories import Repositories, RepositoryRefused, RepositoryUnreachable, Revision


class Fetched(msgspec.Struct, frozen=True):
    """What was asked for, and the commit and tree it stands for: 40 hexadecimal digits each."""

    url: str
    tag: str
    commit: str
    tree: str


async def fetch(repositories: Repositories, repository: Repository) -> Fetched:
    """Raises ``Rejected``: what cannot be read or is refused, its owner must put right.

    A network that is away for a moment looks the same as a host that does not exist, so what is
    unreachable is tried once more before it is blamed on the repository.
    """
    try:
        revision = await _twice(repositories, repository)
    except RepositoryUnreachable as problem:
        raise Rejected(
            f"The repository could not be read at {repository.tag}: {problem}",
            fix="Check the URL, the tag and the access that this platform has, then ask again.",
        ) from None
    except RepositoryRefused as problem:
        raise Rejected(f"The repository was refused: {problem}") from None
    return Fetched(revision.url, revision.tag, revision.commit, revision.tree)


async def _twice(repositories: Repositories, repository: Repository) -> Revision:
    try:
        return await repositories.fetch(repository.url, repository.tag)
    except RepositoryUnreachable:
        return await repositories.fetch(repository.url, repository.tag)
