"""Extracted trees of images, ready to be mounted read-only."""

import errno
import os
import uuid
from pathlib import Path

from connectory.artifacts.archive import mode_of
from connectory.artifacts.blobs import Blobs, hex_of, remove
from connectory.artifacts.entries import Entry, Kind, digest_of
from connectory.artifacts.extraction import check_contained, extract, list_archive
from connectory.artifacts.model import Artifact, ArtifactDamaged, ArtifactMissing, ArtifactRefused
from connectory.artifacts.scanning import scan

BOOT = Path("/proc/sys/kernel/random/boot_id")


class Trees:
    """A cache of extracted trees, one folder per image, each there completely or not at all.

    They are not flushed to disk one file at a time: that would cost more than extracting. So
    they are trusted only until the machine restarts, and extracted anew after it.
    """

    def __init__(self, directory: Path, blobs: Blobs) -> None:
        self.directory = directory / this_boot()
        self.blobs = blobs
        self.directory.mkdir(parents=True, exist_ok=True)
        for earlier in directory.iterdir():
            if earlier != self.directory:
                self._discard(earlier)

    def extracted(self, artifact: Artifact) -> Path:
        """The tree of an image. Raises ArtifactDamaged or ArtifactRefused."""
        place = self.directory / hex_of(artifact.digest)
        if place.is_dir():
            return place
        fresh = self.blobs.fresh()
        try:
            self._extract(artifact, fresh)
            return self._settle(fresh, place)
        finally:
            if fresh.exists():
                remove(fresh)

    def _extract(self, artifact: Artifact, target: Path) -> None:
        if len(artifact.layers) != 1:
            raise ArtifactDamaged(artifact.digest, "it should have exactly one layer.")
        layer = artifact.layers[0]
        try:
            archive = self.blobs.open_checked(layer.digest)
        except ArtifactMissing:
            raise ArtifactDamaged(artifact.digest, "its layer is missing.") from None
        with archive:
            members = list_archive(archive, layer.prefix)
            check_contained(members)
            extract(archive, members, target)

    def _settle(self, fresh: Path, place: Path) -> Path:
        """Puts a finished tree in its place; if another was quicker, theirs is as good."""
        try:
            fresh.rename(place)
        except OSError as problem:
            if problem.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
        return place

    def adopted(self, artifact: Artifact, tree: Path) -> Path:
        """Takes `tree` as the tree of an image if it is; extracts the image otherwise."""
        place = self.directory / hex_of(artifact.digest)
        if place.is_dir() or not self._takes(artifact, tree):
            return self.extracted(artifact)
        try:
            return self._settle(tree, place)
        except OSError as problem:
            if problem.errno != errno.EXDEV:
                raise
        return self.extracted(artifact)

    def _takes(self, artifact: Artifact, tree: Path) -> bool:
        """Whether the tree lists just what the layer lists; if so its modes and owner are set."""
        try:
            entries = scan(tree)
        except ArtifactRefused:
            return False
        if [digest_of(entries)] != [layer.listing for layer in artifact.layers]:
            return False
        own(tree, entries)
        return True

    def sweep(self, keep: set[str]) -> None:
        """Removes the trees of all images but these (hexadecimal digests)."""
        for tree in self.directory.iterdir():
            if tree.name not in keep:
                self._discard(tree)

    def _discard(self, tree: Path) -> None:
        """Renames first, so that a half-removed tree is never taken for a whole one."""
        grave = self.blobs.incoming / f"discarded-{uuid.uuid4().hex}"
        try:
            tree.rename(grave)
        except FileNotFoundError:
            return
        remove(grave)


def own(tree: Path, entries: list[Entry]) -> None:
    """Makes a tree that a build left behind look like an extracted one, and ours alone."""
    user, group = os.geteuid(), os.getegid()
    for path in ("", *(entry.path for entry in entries)):
        os.chown(f"{tree}/{path}", user, group, follow_symlinks=False)
    tree.chmod(0o755)
    for entry in entries:
        if entry.kind is not Kind.LINK:
            os.chmod(f"{tree}/{entry.path}", mode_of(entry))  # noqa: PTH101 - speed


def this_boot() -> str:
    """What tells this run of the machine from the one before; one name where there is nothing."""
    try:
        return BOOT.read_text().strip()
    except OSError:
        return "boot"
