"""README and logo come from the commit that is built, through real git."""

import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.findings.samples import EVAL, report
from tests.marketplace.samples import SVG
from tests.publishing.conftest import Line, git, make
from tests.publishing.conftest import kept as kept  # noqa: PLC0414 - a fixture
from tests.publishing.conftest import line as line  # noqa: PLC0414 - a fixture
from tests.publishing.test_evidence import FILES

from connectory.certification.store import open_review
from connectory.database import Database
from connectory.durable import Rejected, Run, RunState
from connectory.marketplace.files import LOGO_LIMIT, README_LIMIT
from connectory.marketplace.presentation import Shown, logo_of, shown_of
from connectory.publishing import Publishing
from connectory.publishing.model import Plan
from connectory.publishing.steps.present import present
from connectory.sandbox import Sandbox, SandboxSettings
from connectory.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n"
"""Enough of one for its first bytes to tell."""
ID = "00000000-0000-0000-0000-000000000001"
Files = Mapping[str, str | bytes]


class Presenting:
    """Keeps what is shown of repositories, without building anything."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        sandbox = Sandbox.create(SandboxSettings(folder / "sandbox"))
        settings = Settings(data=str(folder / "data"))
        self.publishing: Publishing = make(folder, folder / "tools", database, sandbox, settings)

    async def shown(self, files: Files, links: Mapping[str, str] | None = None) -> Shown:
        commit = await self.keep(files, links or {})
        found = await self.publishing.database.read(lambda c: shown_of(c, ID, commit))
        assert found is not None
        return found

    async def keep(self, files: Files, links: Mapping[str, str] | None = None) -> str:
        url = self.repository(files, links or {})
        revision = await self.publishing.repositories.fetch(url, "v1")
        plan = Plan(revision.url, "v1", revision.commit, revision.tree, ())
        run = Run(str(uuid.uuid4()), "publish", ID, "{}", RunState.RUNNING, "")
        # a step may run twice
        for _ in range(2):
            await present(self.publishing, run, plan, report(EVAL))
        return revision.commit

    def repository(self, files: Files, links: Mapping[str, str]) -> str:
        folder = self.folder / "repository"
        folder.mkdir()
        git(folder, "init", "-q")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        for name, target in links.items():
            (folder / name).symlink_to(target)
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "--allow-empty", "-m", "x")
        git(folder, "tag", "v1")
        return str(folder)


@pytest.fixture
def presenting(tmp_path: Path, database: Database) -> Presenting:
    return Presenting(tmp_path, database)


async def test_readme_logo_and_findings_are_kept(presenting: Presenting) -> None:
    found = await presenting.shown(
        {"README.md": "# Hello\n<script>x</script>", "assets/logo.svg": SVG, "x.md": "no"}
    )
    assert found.readme is not None
    assert found.readme.path == "README.md"
    assert found.readme.html.strip() == '<h3 id="readme-hello">Hello</h3>'
    assert found.logo is not None
    assert found.findings.checks[0].found == {"BLOCKER": 1}


async def test_a_plain_readme_is_plain_text(presenting: Presenting) -> None:
    found = await presenting.shown({"README": "\ufeff# no *Markdown*\0"})
    assert found.readme is not None
    assert found.readme.html.startswith("<pre># no *Markdown*")


async def test_nothing_to_show_is_no_fault(presenting: Presenting) -> None:
    found = await presenting.shown({"connect.yaml": ""})
    assert (found.readme, found.logo) == (None, None)


async def test_what_is_too_large_or_no_image_is_passed_over(presenting: Presenting) -> None:
    files: Files = {
        "README.md": "x" * (README_LIMIT + 1),
        "docs/README.md": "Small",
        "logo.svg": b"<html><script>alert(1)</script></html>",
        "logo.png": PNG + b"\0" * LOGO_LIMIT,
        "assets/logo.png": SVG,
    }
    commit = await presenting.keep(files)
    found = await presenting.publishing.database.read(lambda c: shown_of(c, ID, commit))
    assert found is not None
    assert found.readme is not None
    assert found.readme.path == "docs/README.md"
    image = await presenting.publishing.database.read(lambda c: logo_of(c, ID, commit))
    # named png, but it is an SVG
    assert image is not None
    assert (image.type, image.content) == ("image/svg+xml", SVG)


async def test_no_link_is_followed(presenting: Presenting, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    found = await presenting.shown({"x": "y"}, {"README.md": "x", "logo.png": "x"})
    assert (found.readme, found.logo) == (None, None)
    (tmp_path / "repository").rename(tmp_path / "earlier")
    with pytest.raises(Rejected):
        await presenting.shown({"x": "y"}, {"README.md": str(secret)})


async def test_a_run_for_the_marketplace_keeps_what_its_commit_holds(line: Line) -> None:
    connector = await line.draft(line.repository({**FILES, "logo.png": PNG}))
    staged = await line.publish(connector, certification=True)
    assert staged.status == "ReadyForCertification", staged.publishing_report
    read = line.publishing.database.read
    review = await read(lambda c: open_review(c, connector))
    assert review is not None
    found = await read(lambda c: shown_of(c, connector, review.commit))
    assert found is not None
    assert found.readme is not None
    assert "Installation" in found.readme.html
    assert {one.name for one in found.findings.checks} >= {"code", "secrets", "dependencies"}
    image = await read(lambda c: logo_of(c, connector, review.commit))
    assert image is not None
    assert image.content == PNG
