"""What the documentation names exists: files, headings, settings, targets, commands."""

import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from connectory.publishing.checks.registry import rules
from connectory.reference import cli_page
from connectory.settings import NOT_SETTINGS, PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"))
    if "node_modules" not in path.parts
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# split, so that this file does not name them itself
FORBIDDEN = ("/wo" + "rk/", "/tmp/" + "briefs")
LARGEST = 1_000_000


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_relative_link_resolves(page: str) -> None:
    broken = [link for link in LINK.findall(FENCE.sub("", text(page))) if not resolves(page, link)]
    assert broken == []


def resolves(page: str, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent / path if path else ROOT / page
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text(encoding="utf-8"))


def anchors(page: str) -> set[str]:
    """Headings as GitHub names them."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_exists(page: str) -> None:
    known = {PREFIX + field.name.upper() for field in msgspec.structs.fields(Settings)}
    named = set(re.findall(r"\bCONNECTORY_[A-Z_]+", text(page)))
    assert named - known - NOT_SETTINGS == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|&& )make ([a-z]+)", text(page), re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_source_file_exists(page: str) -> None:
    named = set(re.findall(r"`((?:src|tests|examples|benchmarks|bin)/[\w./-]+)`", text(page)))
    # a rule's name may look like a path
    assert {one for one in named - rules().keys() if not (ROOT / one).exists()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    known = cli_page()
    named = set(re.findall(r"connectory ((?:up|demo|project|api-client)(?: create)?)", text(page)))
    assert {one for one in named if f"`connectory {one}" not in known} == set()


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[str](), ["README.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for link in LINK.findall(FENCE.sub("", text(page))):
            path = ((ROOT / page).parent / link.partition("#")[0]).resolve()
            found = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
            if found.endswith(".md") and found in PAGES and found not in reached:
                waiting.append(found)
    assert set(PAGES) - reached == set()


def test_nothing_names_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a Git working tree")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    assert [name for name in names if tells(ROOT / name)] == []


def tells(path: Path) -> bool:
    if not path.is_file() or path.is_symlink() or path.stat().st_size > LARGEST:
        return False
    content = path.read_bytes()
    return any(one.encode() in content for one in FORBIDDEN)
