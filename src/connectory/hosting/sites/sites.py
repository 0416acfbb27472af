"""All sites of this platform: built once for each configuration, put in place and taken away."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from connectory.artifacts import ArtifactRefused, ArtifactStore, ImageConfig
from connectory.database import Database
from connectory.durable import Rejected
from connectory.hosting.backends.model import Say
from connectory.hosting.home import Home
from connectory.hosting.sites.building import Masked, Workbench
from connectory.hosting.sites.layout import IS_PAGE, PREFIX
from connectory.hosting.sites.model import SitePlacement
from connectory.hosting.sites.serving import Site, read_index
from connectory.hosting.sites.shaping import shape
from connectory.hosting.sites.store import keep_site, mark_serving, site_of
from connectory.sandbox import Sandbox
from connectory.sandbox.trees import remove
from connectory.settings import Settings
from connectory.sites import LOOKED_FOR, find
from connectory.toolchains import Toolchains

TITLE = "org.opencontainers.image.title"


class Sites:
    """Builds and serves sites. Its methods may be awaited from any loop."""

    def __init__(
        self,
        sandbox: Sandbox,
        artifacts: ArtifactStore,
        toolchains: Toolchains,
        settings: Settings,
        database: Database,
    ) -> None:
        self._artifacts = artifacts
        self._database = database
        self._directory = settings.directory / "sites"
        self._workbench = Workbench(sandbox, toolchains, settings, self._directory)
        self._slots = asyncio.Semaphore(settings.parallel_builds or os.cpu_count() or 1)
        self._turns: dict[str, asyncio.Lock] = {}
        self._served: dict[str, Site] = {}
        self._home = Home()

    async def start(self) -> None:
        """Makes the calling loop the home of all builds, and clears away what a killed platform
        left of them."""
        self._home.settle()
        await self._workbench.sweep()

    async def stop(self) -> None:
        """Nothing is served any more; builds under way end with the sandbox."""
        self._served.clear()

    async def build(
        self, placement: SitePlacement, say: Say | None = None, masked: Masked = str
    ) -> str:
        """The digest of the artifact with the site; that of an earlier build of the same artifact
        with the same configuration, if it is still there. The same is never built twice at a time.

        ``say`` gets every line that the build prints, ``masked`` puts asterisks in place of secrets
        in what a refusal quotes. Raises ``Rejected`` when the connector or its configuration is at
        fault; ``SiteInterrupted``, ``ArtifactMissing`` and the like when we are.
        """
        return await self._home.run(self._build(placement, say or _nobody, masked))

    async def publish(self, application_id: str, digest: str) -> None:
        """From now on the site ``digest`` answers for the application, in place of the one before.

        Raises ``ArtifactMissing`` or ``ArtifactDamaged``.
        """
        tree = await self._artifacts.unpack(digest)
        is_page = IS_PAGE in (await asyncio.to_thread(self._artifacts.read, digest)).annotations
        index = await asyncio.to_thread(read_index, tree)
        await self._database.write(lambda c: mark_serving(c, application_id, digest))
        before = self._served.get(application_id)
        self._served[application_id] = Site(digest, index, before, is_page=is_page)

    async def withdraw(self, application_id: str) -> None:
        """Nothing answers for the application any more."""
        self._served.pop(application_id, None)
        await self._database.write(lambda c: mark_serving(c, application_id, None))

    def find(self, application_id: str) -> Site | None:
        """What answers for the application, if it is a site."""
        return self._served.get(application_id)

    async def _build(self, placement: SitePlacement, say: Say, masked: Masked) -> str:
        async with self._turn(placement.key):
            digest = await self._known(placement.key)
            if digest is None:
                async with self._slots:
                    digest = await self._made(placement, say, masked)
            kept, key, id_ = digest, placement.key, placement.application_id
            await self._database.write(lambda c: keep_site(c, key, id_, kept))
        return digest

    @asynccontextmanager
    async def _turn(self, key: str) -> AsyncIterator[None]:
        turn = self._turns.setdefault(key, asyncio.Lock())
        try:
            async with turn:
                yield
        finally:
            if not turn.locked():
                self._turns.pop(key, None)

    async def _known(self, key: str) -> str | None:
        digest = await self._database.read(lambda c: site_of(c, key))
        there = digest is not None and await asyncio.to_thread(self._artifacts.exists, digest)
        return digest if there else None

    async def _made(self, placement: SitePlacement, say: Say, masked: Masked) -> str:
        tree = await self._artifacts.unpack(placement.artifact)
        if placement.is_page:
            async with self._workbench.built(placement, tree, say, masked) as output:
                return await self._packed(placement, output)
        found = await asyncio.to_thread(find, tree, placement.folder, page=False)
        if found is None:
            raise Rejected(
                f"There is nothing to serve: {placement.application_name} has no files in "
                f"{LOOKED_FOR}.",
                fix="Let the build script write the files to one of these folders.",
            )
        return await self._packed(placement, tree / placement.folder / found)

    async def _packed(self, placement: SitePlacement, output: Path) -> str:
        site = self._directory / uuid.uuid4().hex
        name = placement.application_name
        try:
            await asyncio.to_thread(shape, output, site, name)
            artifact = await self._artifacts.pack(
                site,
                prefix=PREFIX,
                config=ImageConfig((), f"/{PREFIX}"),
                annotations={TITLE: name, **({IS_PAGE: "true"} if placement.is_page else {})},
            )
            await self._artifacts.adopt(artifact.digest, site)
        except ArtifactRefused as refused:
            raise Rejected(f"The site of {name} cannot be packaged: {refused}") from None
        finally:
            await asyncio.to_thread(remove, site)
        return artifact.digest


def _nobody(stream: str, line: str) -> None:  # noqa: ARG001 - nobody listens
    return
