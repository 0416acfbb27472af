"""Which folder of a build is served."""

import os
from pathlib import Path

import pytest

from connectory.sites import find, listing
from connectory.sites.output import chosen, named


@pytest.mark.parametrize(
    ("start", "folder"),
    [
        ("serve public -l 8080 --cors", "public"),
        ("npx serve -l 8080 dist", "dist"),
        ("npm run build && serve ./site/ -p 8080", "site"),
        ("cross-env A=1 http-server --port 8080 out", "out"),
        ("serve .", ""),
        ("serve -s -l 8080", ""),
        ("node server.js", None),
        ("mc-scripts start", None),
        ("echo 'unbalanced", None),
    ],
)
def test_a_start_script_says_what_it_serves(start: str, folder: str | None) -> None:
    assert named(start) == folder


def test_the_first_usual_folder_with_files_is_served() -> None:
    assert chosen({"dist": {"a.js": 1}, "build": {"b.js": 1}}, "", page=False) == "dist"
    assert chosen({"public": {}, "build": {"b.js": 1}}, "", page=False) == "build"
    assert chosen({}, "", page=False) is None


def test_what_the_start_script_names_comes_first() -> None:
    folders = {"public": {"a.js": 1}, "bundle": {"a.js": 1}}
    assert chosen(folders, "serve bundle", page=False) == "bundle"
    assert chosen(folders, "serve gone", page=False) == "public"


def test_a_folder_that_was_copied_into_another_is_a_source() -> None:
    folders = {"public": {"index.html": 1}, "dist": {"index.html": 1, "main.js": 1}}
    assert chosen(folders, "", page=True) == "dist"
    assert chosen({**folders, "dist": {"index.html": 1}}, "", page=True) == "public"


def test_a_page_needs_its_index() -> None:
    folders = {"public": {"favicon.png": 1}, "dist": {"index.html": 1}}
    assert chosen(folders, "serve public", page=True) == "dist"
    assert chosen({"public": {"index.html.template": 1}}, "", page=True) is None


def tree(root: Path, *files: str) -> Path:
    for name in files:
        path = root / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def test_neither_hidden_files_nor_packages_nor_links_are_listed(tmp_path: Path) -> None:
    tree(tmp_path, "a.js", "sub/b.js", ".env", ".git/config", ".well-known/x", "node_modules/c.js")
    (tmp_path / "app" / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "app" / "etc").symlink_to("/etc")
    os.mkfifo(tmp_path / "app" / "pipe")
    assert set(listing(tmp_path / "app")) == {"a.js", "sub/b.js", ".well-known/x"}


def test_a_build_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tree(tmp_path / "elsewhere", "index.html")
    root = tree(tmp_path / "tree", "package.json")
    (root / "app" / "public").symlink_to(elsewhere / "app")
    assert find(root, "app", page=True) is None
    (root / "gone").symlink_to(elsewhere / "app")
    assert find(root, "gone", page=False) is None
    assert find(root, "..", page=False) is None


def test_nonsense_in_package_json_says_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path, "dist/a.js", "other/b.js")
    for text in ("[]", "{", '{"scripts": 1}', '{"scripts": {"start": []}}', "[" * 100_000):
        (root / "app" / "package.json").write_text(text)
        assert find(root, "app", page=False) == "dist"
    (root / "app" / "package.json").write_text('{"scripts": {"start": "serve other"}}')
    assert find(root, "app", page=False) == "other"
    (root / "app" / "package.json").write_text('{"scripts": {"start": "serve ../../.."}}')
    assert find(root, "app", page=False) == "dist"
