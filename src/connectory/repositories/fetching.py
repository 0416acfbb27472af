"""From a URL and a tag to a commit that lies here."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from connectory.repositories import commands
from connectory.repositories.address import Place, place_of, spellings
from connectory.repositories.cache import discard, held, sweep
from connectory.repositories.complaints import NO_ACCESS, meaning
from connectory.repositories.destinations import check_destination
from connectory.repositories.git import Git
from connectory.repositories.redirects import MOST_MOVES, TRACING, has_moved, moved_to
from connectory.repositories.revision import RepositoryUnreachable, Revision
from connectory.repositories.running import Bounds, Outcome

INCOMING = "refs/incoming/fetched"


@dataclass(frozen=True)
class Named:
    """What a tag stands for on the other side: the object, and the full name to fetch it by."""

    place: Place
    name: str
    commit: str


def fetch(git: Git, url: str, tag: str, bounds: Bounds) -> Revision:
    """Asks what the tag stands for now, and transfers that commit unless it is here."""
    place = existing(place_of(url, git.settings.mirrors))
    if place.address == url:
        check_destination(place)
    named = ask(git, place, tag, bounds)
    repository = git.cache.repository(url)
    with held(repository, bounds) as lock:
        make(git, repository, bounds)
        found = git.resolve(repository, commands.pinned(named.commit), bounds)
        if found is None:
            found = transfer(git, repository, named, lock, bounds)
    return Revision(url, tag, *found)


def existing(place: Place) -> Place:
    """A local repository, under whichever spelling of its name there is, links resolved.

    Git compares the real path with those it was told to trust.
    """
    if not place.is_local:
        return place
    for path in map(Path, spellings(place.address)):
        if (path / "HEAD").is_file() or (path / ".git" / "HEAD").is_file():
            return replace(place, address=str(path.resolve()))
    raise RepositoryUnreachable(NO_ACCESS)


def ask(git: Git, place: Place, tag: str, bounds: Bounds) -> Named:
    """Asks the other side what a tag stands for; a tag beats a branch of the same name."""
    place, answer = follow(git, place, tag, bounds)
    if answer.status:
        raise meaning(answer.complaints)
    lines = [line.split("\t") for line in answer.output.decode(errors="replace").splitlines()]
    names = {line[1]: line[0] for line in lines if len(line) == 2}
    for name in (f"refs/tags/{tag}", f"refs/heads/{tag}"):
        if name in names:
            return Named(place, name, names.get(name + "^{}", names[name]))
    raise RepositoryUnreachable(f"The repository has no tag {tag!r}.")


def follow(git: Git, place: Place, tag: str, bounds: Bounds) -> tuple[Place, Outcome]:
    """The answer to that question, and the place it came from: a repository may have moved."""
    answer = git.run(commands.list_remote(place.address, tag), bounds, place)
    for _ in range(MOST_MOVES):
        if not has_moved(answer.complaints):
            break
        told = git.run(commands.list_remote(place.address, tag), bounds, place, more=TRACING)
        place = moved_to(place, told.complaints)
        answer = git.run(commands.list_remote(place.address, tag), bounds, place)
    return place, answer


def make(git: Git, repository: Path, bounds: Bounds) -> None:
    """A bare repository to fetch into: made whole, or cleaned up after a Git that was killed."""
    if repository.exists():
        sweep(repository)
        return
    fresh = git.cache.fresh(repository, git.run_as)
    try:
        made = git.run(commands.init(fresh), bounds)
        if made.status:
            raise OSError(f"git init failed: {made.complaints}")
        fresh.rename(repository)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def transfer(
    git: Git, repository: Path, named: Named, lock: int, bounds: Bounds
) -> tuple[str, str]:
    """Fetches one name, and gives its commit and tree.

    If that fails for a reason that may be our own copy, the copy is made anew, once.
    """
    limited = replace(bounds, watched=repository, writes=git.settings.max_bytes)
    arguments = commands.fetch(repository, named.place.address, named.name, INCOMING)
    fetched = git.run(arguments, limited, named.place, lock)
    if fetched.status and not healthy(git, repository, bounds):
        discard(repository)
        make(git, repository, bounds)
        fetched = git.run(arguments, limited, named.place, lock)
    if fetched.status:
        raise meaning(fetched.complaints)
    return pinned(git, repository, bounds)


def pinned(git: Git, repository: Path, bounds: Bounds) -> tuple[str, str]:
    """What was just fetched, kept under its commit: only complete commits have such a name."""
    found = git.resolve(repository, INCOMING, bounds)
    if found is None:
        raise RepositoryUnreachable("The tag does not stand for a commit.")
    pinning = git.run(commands.pin(repository, found[0]), bounds)
    if pinning.status:
        raise OSError(f"git could not keep a commit: {pinning.complaints}")
    return found


def healthy(git: Git, repository: Path, bounds: Bounds) -> bool:
    """Whether all of our own copy can be read: a power cut may leave empty files."""
    return git.run(commands.walk(repository), bounds).status == 0
