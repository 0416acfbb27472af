"""A bench with a real sandbox, and candidates made of a few files."""

import hashlib
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.settings import Settings
from connectory.specification import Application, ApplicationType, Specification

Make = Callable[..., Candidate]
SERVICE = (Application("service", ApplicationType.SERVICE, "/service"),)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    sandbox = Sandbox.create(SandboxSettings(tmp_path / "sandbox"))
    await sandbox.start()
    yield Bench(sandbox, CheckCache(tmp_path / "cache"), Settings())
    await sandbox.stop()


@pytest.fixture
def candidate(tmp_path: Path) -> Make:
    def make(
        files: Mapping[str, str | bytes], applications: tuple[Application, ...] = SERVICE
    ) -> Candidate:
        root = tmp_path / uuid.uuid4().hex
        entries = {}
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
            entries[path] = Entry(path, hashlib.sha1(data).hexdigest(), len(data))
        return Candidate(root, entries, Specification(applications))

    return make
