"""The repositories this machine has fetched from."""

import asyncio
import os
import shutil
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from connectory.repositories import commands, fetching
from connectory.repositories.address import check_tag, check_url
from connectory.repositories.cache import Cache
from connectory.repositories.exporting import make_links, objects, write_out
from connectory.repositories.git import Git
from connectory.repositories.history import history
from connectory.repositories.revision import RepositoryRefused, Revision
from connectory.repositories.running import Bounds
from connectory.repositories.settings import MIB, GitSettings
from connectory.repositories.tree import TreeEntry, check_links, check_name, check_tree, parse

Result = TypeVar("Result")
LISTED_PER_FILE = 400
# Threads of our own: servers that hang must not keep the rest of the platform from its threads.
MOST_AT_ONCE = 16


class Repositories:
    """Fetches revisions into `directory`, one bare repository per URL, and reads them.

    Git runs in threads of ours and bounded process groups of its own, so any event loop in any
    thread may await it; a cancelled call ends its Git.
    """

    def __init__(self, directory: Path, settings: GitSettings) -> None:
        self.settings = settings
        self.cache = Cache(directory.absolute())
        self.git = Git(self.cache, settings, os.environ.copy())
        self.threads = ThreadPoolExecutor(MOST_AT_ONCE, "repositories")
        self.cache.prepare(self.git.run_as)

    async def fetch(self, url: str, tag: str) -> Revision:
        """Finds out what the tag (else the branch) stands for now, and gets that commit's files.

        Nothing is transferred that is already here. Raises RepositoryRefused,
        RepositoryUnreachable.
        """
        check_url(url, self.settings.allow_local)
        check_tag(tag)
        return await self._apart(lambda bounds: fetching.fetch(self.git, url, tag, bounds))

    async def read(self, revision: Revision, path: str, limit: int = MIB) -> bytes | None:
        """A regular file of the revision, None if there is none at `path`.

        Raises RepositoryRefused for a symbolic link or a file of more than `limit` bytes.
        """
        check_name(path)
        return await self._apart(lambda bounds: self._read(revision, path, limit, bounds))

    async def tree(self, revision: Revision, path: str = "") -> dict[str, str]:
        """Name to object id of what lies right in a folder; empty if there is no such folder.

        Equal ids mean equal content, for a folder everything in it. The permission to run
        a file is part of its folder's id, not of its own.
        """
        if path:
            check_name(path)
        folder = path + "/" if path else ""
        entries = await self._apart(lambda bounds: self._list(revision, folder, bounds))
        return {entry.path.removeprefix(folder): entry.id for entry in entries}

    async def files(self, revision: Revision) -> list[TreeEntry]:
        """All files and links of the revision, in the order of their paths.

        Raises RepositoryRefused for a tree that is not safe to write out.
        """
        entries = await self._apart(lambda bounds: self._checked_entries(revision, bounds))
        return [entry for entry in entries if entry.kind == "blob"]

    async def history(self, revision: Revision, depth: int) -> Path | None:
        """The bare repository that holds the revision with up to `depth` commits of its history.

        None when it cannot be had: the tag has moved, the other side is away, it is too large.
        """
        return await self._apart(lambda bounds: history(self.git, revision, depth, bounds))

    async def export(self, revision: Revision, target: Path) -> None:
        """Writes all files of the revision to `target`, which must be empty or not exist.

        Files come as they are stored; links are kept; a submodule becomes an empty folder.
        Raises RepositoryRefused, before anything is visible, for a tree that is not safe.
        """
        await self._apart(lambda bounds: self._export(revision, target, bounds))

    async def _apart(self, work: Callable[[Bounds], Result]) -> Result:
        """Does blocking work in a thread, which is told when nobody waits for it any more."""
        seconds = self.settings.timeout
        bounds = Bounds(time.monotonic() + seconds, seconds, threading.Event())
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, work, bounds)
        except asyncio.CancelledError:
            bounds.stop.set()
            raise

    def _list(self, revision: Revision, path: str, bounds: Bounds) -> list[TreeEntry]:
        """One folder (`path` ends in `/` or is empty) or one entry."""
        arguments = commands.list_tree(self._repository(revision), revision.commit, path)
        return parse(self.git.listing(arguments, bounds, self._most_listed))

    @property
    def _most_listed(self) -> int:
        return MIB + self.settings.max_files * LISTED_PER_FILE

    def _repository(self, revision: Revision) -> Path:
        return self.cache.repository(revision.url)

    def _read(self, revision: Revision, path: str, limit: int, bounds: Bounds) -> bytes | None:
        for entry in self._list(revision, path, bounds):
            if entry.is_link:
                raise RepositoryRefused(f"{path} is a symbolic link; it must be a file.")
            if entry.is_file and entry.path == path:
                return self._content(revision, entry, limit, bounds)
        return None

    def _content(self, revision: Revision, entry: TreeEntry, limit: int, bounds: Bounds) -> bytes:
        if entry.size > limit:
            raise RepositoryRefused(f"{entry.path} is larger than {limit} bytes.")
        surroundings = self.git.surroundings()
        with objects(self._repository(revision), [entry], surroundings, bounds) as read:
            return b"".join(read(entry))

    def _export(self, revision: Revision, target: Path, bounds: Bounds) -> None:
        entries = self._checked_entries(revision, bounds)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name[:40]}.{uuid.uuid4().hex}")
        fresh.mkdir()
        try:
            fresh.chmod(0o755)
            self._write(revision, entries, fresh, bounds)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _checked_entries(self, revision: Revision, bounds: Bounds) -> list[TreeEntry]:
        arguments = commands.list_everything(self._repository(revision), revision.commit)
        entries = parse(self.git.listing(arguments, bounds, self._most_listed))
        check_tree(entries, self.settings.max_files, self.settings.max_bytes)
        return entries

    def _write(
        self, revision: Revision, entries: list[TreeEntry], folder: Path, bounds: Bounds
    ) -> None:
        blobs = [entry for entry in entries if entry.kind == "blob"]
        left = replace(bounds, seconds=max(0.1, bounds.deadline - time.monotonic()))
        with objects(self._repository(revision), blobs, self.git.surroundings(), left) as read:
            links = write_out(entries, read, folder)
        check_links(links)
        make_links(links, folder)
