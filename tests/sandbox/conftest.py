"""A real sandbox per test; what it could not isolate with is a skip, never a pass."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connectory.sandbox import Sandbox, SandboxSettings, SandboxUnavailable

CA = os.environ.get("NODE_EXTRA_CA_CERTS") or os.environ.get("SSL_CERT_FILE")


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    ca = Path(CA) if CA else None
    return SandboxSettings(tmp_path / "sandbox", isolation="bubblewrap", ca_file=ca)


@pytest.fixture
async def sandbox(settings: SandboxSettings) -> AsyncIterator[Sandbox]:
    try:
        sandbox = Sandbox.create(settings)
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


@pytest.fixture
def grouped(sandbox: Sandbox) -> Sandbox:
    """A sandbox that can limit memory and processes here."""
    return _without_warning(sandbox, "control groups")


@pytest.fixture
def separate(sandbox: Sandbox) -> Sandbox:
    """A sandbox that can give applications a network of their own here."""
    return _without_warning(sandbox, "share this machine's network")


def _without_warning(sandbox: Sandbox, text: str) -> Sandbox:
    for warning in sandbox.warnings:
        if text in warning:
            pytest.skip(warning)
    return sandbox
