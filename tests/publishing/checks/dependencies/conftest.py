"""Candidates made of a few files, and the advisories they are judged by."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from connectory.advisories import update
from connectory.findings import Examination
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.dependencies import Dependencies
from connectory.sandbox import Sandbox
from connectory.settings import Settings
from connectory.specification import Application, ApplicationType, Specification

RECORDS = Path(__file__).parents[3] / "advisories/data"
Files = Mapping[str, Any]
LayOut = Callable[..., Candidate]
Examine = Callable[[Candidate], Any]


@pytest.fixture
def lay_out(tmp_path: Path) -> LayOut:
    """Files by path (what is no text is written as JSON), and types by application."""

    def lay(files: Files, **types: str) -> Candidate:
        root = tmp_path / "tree"
        entries: dict[str, Entry] = {}
        for path, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content, indent=2)
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
            entries[path] = Entry(path, hashlib.sha1(text.encode()).hexdigest(), len(text))
        applications = tuple(
            Application(name, ApplicationType(type_))
            for name, type_ in (types or {"processor": "service"}).items()
        )
        return Candidate(root, entries, Specification(applications))

    return lay


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=str(tmp_path / "data"))


@pytest.fixture
def bench(tmp_path: Path, settings: Settings) -> Bench:
    # No program is run: lockfiles are read by the platform itself.
    return Bench(cast("Sandbox", None), CheckCache(tmp_path / "cache"), settings)


@pytest.fixture
def examine(bench: Bench, settings: Settings) -> Examine:
    """The whole check, judged by the real advisories."""

    async def whole(candidate: Candidate) -> Examination:
        await update(settings.directory / "advisories", str(RECORDS))
        return await Dependencies().examine(candidate, bench)

    return whole
