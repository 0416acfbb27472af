"""Which addresses, tags and trees are taken: the rules on plain data."""

from pathlib import Path

import pytest

from connectory.repositories import (
    GitSettings,
    RepositoryRefused,
    RepositoryUnreachable,
    check_tag,
    check_url,
    commands,
)
from connectory.repositories.address import Place, place_of, spellings
from connectory.repositories.complaints import meaning
from connectory.repositories.tree import TreeEntry, check_links, check_name, check_tree, parse


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/name.git",
        "https://github.com/owner/name",
        "https://git.example.com:8443/a/b/c.git",
        "git@github.com:owner/name.git",
        "ssh://git@github.com/owner/name.git",
        "ssh://git@github.com:2222/owner/name.git",
    ],
)
def test_addresses_that_are_taken(url: str) -> None:
    check_url(url, allow_local=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://github.com/owner/name.git",
        "HTTPS://github.com/owner/name.git",
        "git://github.com/owner/name.git",
        "ftp://github.com/owner/name.git",
        "file:///srv/name.git",
        "/srv/name.git",
        "../name.git",
        "name.git",
        "ext::sh -c id",
        "ext::sh%20-c%20id",
        "fd::17",
        "--upload-pack=touch /tmp/x",
        "-oProxyCommand=id",
        "ssh://-oProxyCommand=id/x",
        "ssh://git@-oProxyCommand=id/x",
        "git@-oProxyCommand=id:x",
        "git@github.com:-x",
        "-git@github.com:x",
        "https://-host/x",
        "https://github.com",
        "https://github.com/",
        "https:///owner/name.git",
        "https://github.com/owner/../../etc.git",
        "git@github.com:../etc.git",
        "https://github.com/owner/name.git\n",
        "https://github.com/owner/na me.git",
        "https://github.com/owner/name.git\0",
        "https://github.com/owner/n\u202eame.git",
        "https://github.com/owner/name.git?x=1",
        "https://github.com/owner/name.git#x",
        "https://github.com/owner/$(id).git",
        "https://github.com\\@evil.example/x",
        "https://github.com/" + "x" * 2048,
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(RepositoryRefused):
        check_url(url, allow_local=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://someone:s3cret@github.com/owner/name.git",
        "https://s3cret@github.com/owner/name.git",
        "ssh://git:s3cret@github.com/owner/name.git",
        "http://someone:s3cret@github.com/owner/name.git",
    ],
)
def test_credentials_are_refused_and_never_repeated(url: str) -> None:
    with pytest.raises(RepositoryRefused, match="credentials") as caught:
        check_url(url, allow_local=True)
    assert "s3cret" not in str(caught.value)


def test_local_addresses_are_taken_only_when_allowed() -> None:
    check_url("/srv/name.git", allow_local=True)
    check_url("file:///srv/name.git", allow_local=True)
    for url in ("name.git", "file://host/name.git", "/srv/../etc", "http://host/x", "ext::id"):
        with pytest.raises(RepositoryRefused):
            check_url(url, allow_local=True)


@pytest.mark.parametrize(
    "tag", ["v1", "1.0.0", "main", "feature/x", "certification_05-01_1", "a@b"]
)
def test_tags_that_are_taken(tag: str) -> None:
    check_tag(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "-x",
        "--upload-pack=id",
        "*",
        "v*",
        "a..b",
        "a b",
        "a\n",
        "a\x00",
        "/a",
        "a/",
        "a//b",
        "_a",
        "a.lock",
        "a.lock/b",
        "a/.b",
        "a.",
        "@",
        "a@{1}",
        "a^",
        "a~1",
        "a:b",
        "x" * 256,
        "ä",
        "\\",
    ],
)
def test_tags_that_are_refused(tag: str) -> None:
    with pytest.raises(RepositoryRefused):
        check_tag(tag)


def test_the_longest_mirror_wins() -> None:
    mirrors = {"https://g.test/": "/all", "https://g.test/own/": "https://git.internal/"}
    assert place_of("https://g.test/a/b.git", mirrors) == Place("/all/a/b.git", "file")
    internal = Place("https://git.internal/b.git", "https")
    assert place_of("https://g.test/own/b.git", mirrors) == internal
    assert place_of("git@g.test:a.git", mirrors) == Place("git@g.test:a.git", "ssh")
    assert place_of("ssh://git@g.test/a", {}).protocol == "ssh"
    assert place_of("file:///a/b", {}) == Place("/a/b", "file")


def test_both_spellings_are_tried_the_asked_one_first() -> None:
    assert spellings("/a/b.git/") == ("/a/b.git", "/a/b")
    assert spellings("/a/b") == ("/a/b", "/a/b.git")


@pytest.mark.parametrize(
    "place", ["relative", "http://example.com/", "https://me:pw@host/", "https://t@host/", "ext::x"]
)
def test_mirrors_are_safe_places(place: str) -> None:
    with pytest.raises(ValueError, match="mirror"):
        GitSettings(mirrors={"https://g.test/": place})


def test_git_gets_nothing_of_our_environment_but_the_proxies() -> None:
    ours = {"PATH": "/bin", "https_proxy": "p", "GIT_DIR": "x", "SECRET": "s", "LD_PRELOAD": "x"}
    given = commands.environment(Path("/c"), Path("/h"), "https", "ssh", ours)
    assert given["https_proxy"] == "p"
    assert given["GIT_ALLOW_PROTOCOL"] == "https"
    assert {"SECRET", "LD_PRELOAD", "GIT_DIR"}.isdisjoint(given)


def test_ssh_asks_nothing_and_knows_its_hosts() -> None:
    key, hosts = Path("/k ey"), Path("/hosts")
    strict = commands.ssh_command(GitSettings(ssh_key=key, known_hosts=hosts), Path("/own"))
    assert "StrictHostKeyChecking=yes" in strict
    assert "-i '/k ey'" in strict
    assert "BatchMode=yes" in strict
    open_minded = commands.ssh_command(GitSettings(), Path("/own"))
    assert "UserKnownHostsFile=/own -o StrictHostKeyChecking=accept-new" in open_minded


def test_a_configuration_value_cannot_add_a_line() -> None:
    assert commands.quoted('a"\n[core]\\') == '"a\\"\\n[core]\\\\"'


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("fatal: unable to access: Could not resolve host: x", RepositoryUnreachable),
        ("fatal: could not read Username for 'https://x'", RepositoryUnreachable),
        ("git@x: Permission denied (publickey).", RepositoryUnreachable),
        ("error: object 12: hasDotgit: contains '.git'\nfatal: fsck error", RepositoryRefused),
        ("fatal: transport 'file' not allowed", RepositoryRefused),
        ("fatal: unable to access 'https://x/fsck error/': error: 404", RepositoryUnreachable),
        ("something new", RepositoryUnreachable),
    ],
)
def test_complaints_become_sentences(words: str, kind: type[Exception]) -> None:
    error = meaning(words)
    assert type(error) is kind
    assert error.detail == words
    assert "fatal" not in error.cause


@pytest.mark.parametrize(
    "path",
    [
        ".git",
        ".GIT/config",
        "a/.Git",
        ".g\u200cit",
        "git~1",
        "GIT~2",
        ".git.",
        ".git ",
        ".git::$X",
        ".git:x",
        "..",
        "a/../b",
        "a\\b",
        "a\nb",
        "a\x7fb",
        "\x1b[2J",
        "x" * 256,
        "d/" * 512 + "f",
        ".\uff47\uff49\uff54",
        "a//b",
        "a\x85b",
    ],
)
def test_names_that_are_refused(path: str) -> None:
    with pytest.raises(RepositoryRefused):
        check_name(path)


@pytest.mark.parametrize(
    "path", [".gitignore", ".github/x", "git", "a.git", "ü/日本", "a b", "~", "$x"]
)
def test_names_that_are_fine(path: str) -> None:
    check_name(path)


def entry(path: str, kind: str = "blob", size: int = 1) -> TreeEntry:
    return TreeEntry("040000" if kind == "tree" else "100644", kind, "0" * 40, size, path)


def test_trees_are_bounded() -> None:
    with pytest.raises(RepositoryRefused, match="more than 1 files"):
        check_tree([entry("a"), entry("b")], 1, 10)
    with pytest.raises(RepositoryRefused, match="take more than"):
        check_tree([entry("a", size=11)], 1, 10)


def test_entries_must_not_clash_but_may_differ_in_case() -> None:
    check_tree([entry("a"), entry("A")], 9, 9)
    with pytest.raises(RepositoryRefused, match="clashes"):
        check_tree([entry("a"), entry("a", "tree")], 9, 9)
    with pytest.raises(RepositoryRefused, match="clashes"):
        check_tree([entry("a"), entry("a/b")], 9, 9)


def test_listings_are_read_with_any_name() -> None:
    line = b"100755 blob " + b"a" * 40 + b"      12\ta\tb\n\xc3\xbc"
    assert parse(line + b"\0") == [TreeEntry("100755", "blob", "a" * 40, 12, "a\tb\nü")]
    with pytest.raises(RepositoryRefused, match="UTF-8"):
        parse(b"100644 blob " + b"a" * 40 + b" 1\t\xff\0")


@pytest.mark.parametrize("target", ["/etc/passwd", "../x", "", "a\0b", "b/../../x"])
def test_links_out_of_the_tree_are_refused(target: str) -> None:
    with pytest.raises(RepositoryRefused, match="symbolic link 'a'"):
        check_links({"a": target})
