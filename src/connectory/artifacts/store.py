"""Immutable, content-addressed images: packed once, read and extracted by digest."""

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from connectory.artifacts import layout
from connectory.artifacts.archive import write_archive
from connectory.artifacts.blobs import Blobs, hex_of, remove, write_durably
from connectory.artifacts.entries import check_links, digest_of
from connectory.artifacts.index import Index
from connectory.artifacts.model import (
    Artifact,
    ArtifactDamaged,
    ArtifactMissing,
    ImageConfig,
    Layer,
)
from connectory.artifacts.scanning import scan
from connectory.artifacts.trees import Trees


class ArtifactStore:
    """One OCI image layout in `directory`, with extracted trees beside it.

    Any number of processes and threads may use the same directory; the heavy work happens in
    threads, so any event loop may await it.
    """

    def __init__(self, directory: Path) -> None:
        self.blobs = Blobs(directory)
        self.trees = Trees(directory / "trees", self.blobs)
        self.blobs.clear_incoming()
        if not (directory / "oci-layout").exists():
            write_durably(directory / "oci-layout", layout.LAYOUT, self.blobs.fresh())
        self.index = Index(directory, self.blobs)

    async def pack(
        self,
        tree: Path,
        *,
        prefix: str,
        config: ImageConfig,
        annotations: Mapping[str, str],
        exclude: frozenset[str] = frozenset(),
    ) -> Artifact:
        """Packs a tree as an image with one layer, found below `prefix` when it runs.

        `exclude` holds paths relative to the tree. The same content gives the same digest on
        every machine. Raises ArtifactRefused for what an image must not carry.
        """
        layout.check_prefix(prefix)
        return await asyncio.to_thread(self._pack, tree, prefix, config, dict(annotations), exclude)

    def _pack(
        self,
        tree: Path,
        prefix: str,
        config: ImageConfig,
        annotations: dict[str, str],
        exclude: frozenset[str],
    ) -> Artifact:
        entries = scan(tree, exclude)
        check_links(entries)
        with self.blobs.shared():
            with self.blobs.create() as file:
                write_archive(tree, entries, prefix, file)
            layer = Layer(file.digest, file.size, prefix, digest_of(entries))
            digest = self._describe(layer, config, annotations)
            return self.read(digest)

    def _describe(self, layer: Layer, config: ImageConfig, annotations: dict[str, str]) -> str:
        """Writes config, manifest and index, in this order: what is visible is complete."""
        described = layout.encode(layout.image_config(config, layer.digest))
        config_digest = self.blobs.put(described)
        pointer = layout.descriptor(layout.CONFIG, config_digest, len(described))
        manifest = layout.encode(layout.manifest(pointer, layer, annotations))
        digest = self.blobs.put(manifest)
        self.index.change([layout.indexed(digest, len(manifest))])
        return digest

    def read(self, digest: str) -> Artifact:
        """What the manifest and configuration of an image say, their own digests checked.

        Raises ArtifactMissing or ArtifactDamaged.
        """
        manifest = layout.decode_manifest(digest, self._document(digest))
        pointer = str(manifest["config"].get("digest"))
        try:
            config = layout.decode(digest, self._document(pointer))
        except ArtifactMissing:
            raise ArtifactDamaged(digest, "its configuration is missing.") from None
        return layout.decode_artifact(digest, manifest, config)

    def _document(self, digest: str) -> bytes:
        path = self.blobs.path(digest)
        if path.exists() and path.stat().st_size > layout.LARGEST_DOCUMENT:
            raise ArtifactDamaged(digest, "it is too large for an image manifest.")
        with self.blobs.open_checked(digest) as file:
            return file.read()

    def exists(self, digest: str) -> bool:
        """Whether there is an image of this digest; no opinion on its health."""
        try:
            self.read(digest)
        except ArtifactMissing:
            return False
        except ArtifactDamaged:
            return digest in self.index.digests()
        return True

    async def verify(self, digest: str) -> None:
        """Reads an image through to its last byte. Raises ArtifactMissing or ArtifactDamaged."""
        artifact = await asyncio.to_thread(self.read, digest)
        for layer in artifact.layers:
            await asyncio.to_thread(self._verify_layer, artifact.digest, layer)

    def _verify_layer(self, digest: str, layer: Layer) -> None:
        try:
            with self.blobs.open_checked(layer.digest) as file:
                size = os.fstat(file.fileno()).st_size
        except ArtifactMissing:
            raise ArtifactDamaged(digest, "its layer is missing.") from None
        if size != layer.size:
            raise ArtifactDamaged(digest, "its layer has not the size it should have.")

    async def unpack(self, digest: str) -> Path:
        """The extracted tree of an image, extracted on first use, every byte checked by then.

        The tree is shared by all who run it: mount it read-only. Raises ArtifactMissing,
        ArtifactDamaged, or ArtifactRefused if its layer tries to write elsewhere.
        """
        return await asyncio.to_thread(self._unpack, digest)

    def _unpack(self, digest: str) -> Path:
        with self.blobs.shared():
            return self.trees.extracted(self.read(digest))

    async def adopt(self, digest: str, tree: Path) -> Path:
        """Takes over the tree that was packed as the extracted tree of its image, by renaming it.

        Saves the extraction before a first deployment. A tree that does not list what the layer
        lists (or lies on another file system) is left alone, and the image is extracted instead.
        """
        return await asyncio.to_thread(self._adopt, digest, tree)

    def _adopt(self, digest: str, tree: Path) -> Path:
        with self.blobs.shared():
            return self.trees.adopted(self.read(digest), tree)

    async def refer(self, subject: str, kind: str, data: bytes) -> str:
        """Stores a document about an image as an OCI referrer of the media type `kind`, and gives
        the digest of its manifest. The same document is stored once; it stays as long as the
        image does. Raises ArtifactMissing or ArtifactDamaged.
        """
        return await asyncio.to_thread(self._refer, subject, kind, data)

    def _refer(self, subject: str, kind: str, data: bytes) -> str:
        with self.blobs.shared():
            about = layout.descriptor(layout.MANIFEST, subject, len(self._document(subject)))
            empty = layout.descriptor(layout.EMPTY, named(b"{}"), 2)
            blob = layout.descriptor(kind, named(data), len(data))
            manifest = layout.encode(layout.referrer(about, kind, blob, empty))
            digest = named(manifest)
            if digest in self.index.digests():
                return digest
            for content in (b"{}", data, manifest):
                self.blobs.put(content)
            self.index.change([layout.referring(digest, len(manifest), kind, subject)])
            return digest

    async def referrers(self, subject: str, kind: str) -> tuple[bytes, ...]:
        """All documents of one kind about an image, their digests checked. Raises ArtifactDamaged
        for one that is not what its digest promises."""
        return await asyncio.to_thread(self._referrers, subject, kind)

    def _referrers(self, subject: str, kind: str) -> tuple[bytes, ...]:
        with self.blobs.shared():
            return tuple(self._referred(one) for one in self.index.referrers(subject, kind))

    def _referred(self, digest: str) -> bytes:
        try:
            manifest = layout.decode_manifest(digest, self._document(digest))
            with self.blobs.open_checked(str(manifest["layers"][0]["digest"])) as file:
                return file.read()
        except ArtifactMissing as problem:
            raise ArtifactDamaged(digest, f"{problem.digest} is missing.") from None
        except (KeyError, IndexError, TypeError):
            raise ArtifactDamaged(digest, "it refers to nothing.") from None

    async def sweep(self, keep: Iterable[str], grace: float = 3600) -> int:
        """Removes images, blobs and trees that nobody keeps; gives the bytes of blobs freed.

        What is younger than `grace` seconds stays: somebody may be about to refer to it.
        """
        return await asyncio.to_thread(self._sweep, frozenset(keep), time.time() - grace)

    def _sweep(self, keep: frozenset[str], before: float) -> int:
        with self.blobs.alone():
            listed, about = self.index.digests(), self.index.subjects()
            kept = {digest for digest in listed if digest in keep or self._young(digest, before)}
            kept |= {digest for digest, subject in about.items() if subject in kept}
            self.index.change([], dropped=listed - kept)
            self.trees.sweep({hex_of(digest) for digest in kept})
            needed = {hex_of(blob) for digest in kept for blob in self._needs(digest)}
            return sum(
                drop(blob)
                for blob in self.blobs.folder.iterdir()
                if blob.name not in needed and blob.stat().st_mtime < before
            )

    def _young(self, digest: str, before: float) -> bool:
        path = self.blobs.path(digest)
        return path.exists() and path.stat().st_mtime >= before

    def _needs(self, digest: str) -> list[str]:
        """All blobs of an image; a damaged one keeps what it can still name."""
        try:
            manifest = layout.decode_manifest(digest, self._document(digest))
        except (ArtifactMissing, ArtifactDamaged):
            return [digest]
        return [digest, manifest["config"]["digest"], *(b["digest"] for b in manifest["layers"])]


def named(data: bytes) -> str:
    """The digest of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def drop(blob: Path) -> int:
    """Removes a blob, gives its size."""
    size = blob.stat().st_size
    remove(blob)
    return size
