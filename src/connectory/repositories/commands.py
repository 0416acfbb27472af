"""Every Git command we run, as argument lists, and the surroundings it runs in: pure data."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from connectory.repositories.address import Place
from connectory.repositories.settings import GitSettings

# Flaws that old, harmless repositories carry since long-gone versions of Git.
HARMLESS = (
    "badDateOverflow",
    "badEmail",
    "badFilemode",
    "badName",
    "badTimezone",
    "emptyName",
    "extraHeaderEntry",
    "gitmodulesParse",
    "gitmodulesUrl",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingTaggerEntry",
    "multipleAuthors",
    "nulInCommit",
    "nullSha1",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
)

CONFIG = """\
[core]
	hooksPath = /dev/null
	fsmonitor = false
	symlinks = false
	bigFileThreshold = 16m
	askPass = true
[credential]
	helper =
[protocol]
	version = 2
	allow = never
[protocol "{protocol}"]
	allow = always
[transfer]
	fsckObjects = true
	bundleURI = false
[fetch]
	fsckObjects = true
	unpackLimit = 1
	recurseSubmodules = false
	writeCommitGraph = false
[gc]
	auto = 0
[maintenance]
	auto = false
[http]
	followRedirects = false
	lowSpeedLimit = 100
	lowSpeedTime = {seconds}
"""
PASSED_ON = (
    "PATH",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "TMPDIR",
)


def config_text(place: Place, settings: GitSettings, authorities: str | None) -> str:
    """The only configuration Git sees besides our own bare repository's.

    It is a file because Git does not hand `-c` on to the upload-pack of a local repository.
    `authorities` is the file of certificate authorities of this host, if it names one.
    """
    text = CONFIG.format(protocol=place.protocol, seconds=max(1, int(settings.timeout)))
    if authorities:
        text += f"\tsslCAInfo = {quoted(authorities)}\n"
    text += '[fetch "fsck"]\n' + "".join(f"\t{flaw} = ignore\n" for flaw in HARMLESS)
    if place.is_local:
        for folder in (place.address, place.address + "/.git"):
            text += f"[safe]\n\tdirectory = {quoted(folder)}\n"
    return text


def quoted(value: str) -> str:
    """A value for a Git configuration file."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def environment(
    config: Path, home: Path, protocol: str, ssh: str, ours: Mapping[str, str]
) -> dict[str, str]:
    """Git's whole environment: nothing of `ours` but the search path and the proxies."""
    return {name: ours[name] for name in PASSED_ON if name in ours} | {
        "HOME": str(home),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "GIT_ALLOW_PROTOCOL": protocol,
        "GIT_SSH_COMMAND": ssh,
        "GIT_SSH_VARIANT": "ssh",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1",
    }


def ssh_command(settings: GitSettings, own_hosts: Path) -> str:
    """How ssh is called: without questions, only with the key that was set up for this.

    Without known hosts a host's key is trusted on first sight and remembered in `own_hosts`.
    """
    known = settings.known_hosts or own_hosts
    strict = "yes" if settings.known_hosts else "accept-new"
    words = ["ssh", "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    words += ["-o", "ClearAllForwardings=yes", "-o", f"ConnectTimeout={int(settings.timeout) + 1}"]
    words += ["-o", f"UserKnownHostsFile={known}", "-o", f"StrictHostKeyChecking={strict}"]
    if settings.ssh_key:
        words += ["-i", str(settings.ssh_key)]
    return shlex.join(words)


def init(repository: Path) -> list[str]:
    """Makes an empty bare repository, without any template."""
    return ["git", "init", "--quiet", "--bare", "--template=", str(repository)]


def list_remote(address: str, tag: str) -> list[str]:
    """Asks the other side what a name stands for: a tag, what the tag points at, a branch."""
    names = [f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}", f"refs/heads/{tag}"]
    return ["git", "ls-remote", "--quiet", "--", address, *names]


def fetch(repository: Path, address: str, name: str, into: str) -> list[str]:
    """Fetches one name without history, as the local ref `into`."""
    options = ["--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"]
    options += ["--no-recurse-submodules", "--update-shallow"]
    return [*within(repository), "fetch", *options, "--", address, f"+{name}:{into}"]


def fetch_history(repository: Path, address: str, name: str, into: str, depth: int) -> list[str]:
    """Fetches one name with so many commits of its history, as the local ref `into`."""
    plain = fetch(repository, address, name, into)
    return [f"--depth={depth}" if word == "--depth=1" else word for word in plain]


def resolve(repository: Path, name: str) -> list[str]:
    """The commit and the tree a local name stands for."""
    return [*within(repository), "rev-parse", f"{name}^{{commit}}", f"{name}^{{tree}}"]


def pin(repository: Path, commit: str) -> list[str]:
    """Keeps a commit, and says that it is here with all its files."""
    return [*within(repository), "update-ref", pinned(commit), commit]


def pinned(commit: str) -> str:
    """The local ref of a commit that is here."""
    return f"refs/commits/{commit}"


def walk(repository: Path) -> list[str]:
    """Looks at everything that is kept; fails if something is broken."""
    return [*within(repository), "rev-list", "--all", "--objects", "--quiet"]


def list_tree(repository: Path, commit: str, path: str = "") -> list[str]:
    """One folder of a commit with sizes; `path` is "", a file, or a folder ending in `/`."""
    paths = ["--", path] if path else []
    return [*within(repository), "ls-tree", "-z", "-l", "--full-tree", commit, *paths]


def list_everything(repository: Path, commit: str) -> list[str]:
    """All entries of a commit at any depth, folders included."""
    return [*within(repository), "ls-tree", "-z", "-l", "-r", "-t", "--full-tree", commit]


def read_objects(repository: Path) -> list[str]:
    """Streams the objects whose ids come on standard input."""
    return [*within(repository), "cat-file", "--batch", "--buffer"]


def within(repository: Path) -> list[str]:
    """Git on one repository, whatever the working directory."""
    return ["git", f"--git-dir={repository}"]
