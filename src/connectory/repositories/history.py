"""What was committed before: a copy of its own, so that what is pinned stays shallow and small."""

from dataclasses import replace
from pathlib import Path

from connectory.repositories import commands
from connectory.repositories.address import place_of
from connectory.repositories.cache import held
from connectory.repositories.fetching import ask, existing, make
from connectory.repositories.git import Git
from connectory.repositories.revision import RepositoryError, Revision
from connectory.repositories.running import Bounds

KEPT = "refs/histories/{commit}"


def history(git: Git, revision: Revision, depth: int, bounds: Bounds) -> Path | None:
    """The repository with the revision's history, fetched unless it is here already."""
    repository = git.cache.repository(f"history of {revision.url}")
    name = KEPT.format(commit=revision.commit)
    try:
        with held(repository, bounds) as lock:
            make(git, repository, bounds)
            if git.resolve(repository, name, bounds) is None:
                _transfer(git, repository, revision, name, depth, bounds, lock)
    except RepositoryError:
        return None
    found = git.resolve(repository, name, bounds)
    return repository if found is not None and found[0] == revision.commit else None


def _transfer(
    git: Git, repository: Path, revision: Revision, into: str, depth: int, bounds: Bounds, lock: int
) -> None:
    place = existing(place_of(revision.url, git.settings.mirrors))
    named = ask(git, place, revision.tag, bounds)
    limited = replace(bounds, watched=repository, writes=git.settings.max_bytes)
    fetching = commands.fetch_history(repository, named.place.address, named.name, into, depth)
    git.run(fetching, limited, named.place, lock)
