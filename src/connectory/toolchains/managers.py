"""Which package manager a folder wants, and its arguments: decisions on names and text."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

LOCKFILES = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
DECIDED = re.compile(r"^(npm|yarn|pnpm)@([0-9][\w.\-]*)")
METADATA = re.compile(r"^__metadata:\s+version: (\d+)", re.MULTILINE)
BERRY = ((4, ">=2.4.1 <3.1.0"), (5, "~3.1.0"), (6, ">=3.2.0 <4.0.0"), (8, ">=4.0.0 <4.14.0"),
         (9, "~4.14.0"))  # fmt: skip
"""Which modern yarn writes which version of its lockfile: another one would rewrite it."""
BERRY_NEWEST = "^4.15.0"
LINE = re.compile(r"^(?:npm (?:error|ERR!)|error |➤ YN| ?ERR_PNPM)[^\n]*", re.MULTILINE)
"""A line of a package manager's own, in the output of a script that may have called one."""
NETWORK = re.compile(
    r"\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|ERR_SOCKET_TIMEOUT"
    r"|EHOSTUNREACH|ENETUNREACH)\b|tunneling socket could not be established, statusCode=50"
)
"""The registry could not be had: nobody's fault but the network's, and worth another try."""
UNAVAILABLE = re.compile(r"\b50[234]\b[^\n]*(?:Bad Gateway|Unavailable|Gateway Time)"
                         r"|(?:Bad Gateway|Unavailable|Gateway Time-?out) - 50[234]")  # fmt: skip
"""How managers say that the registry, or the front in its place, did not answer."""


class Kind(StrEnum):
    NPM = "npm"
    YARN = "yarn"
    BERRY = "berry"
    PNPM = "pnpm"


@dataclass(frozen=True)
class Manager:
    """``version`` is a range, None for the platform's choice; ``lockfile`` is a file name."""

    kind: Kind
    lockfile: str | None
    version: str | None = None

    @property
    def splits(self) -> bool:
        """Whether it can install without running anything of the connector, and npm can run the
        install scripts later. Only then may the result be shared."""
        return self.lockfile is not None and self.kind in {Kind.NPM, Kind.YARN}


def choose(names: Collection[str], yarn_lock: str, declared: str | None) -> Manager:
    """The manager of a folder with these files (facts 4.8, by lockfile).

    ``yarn_lock`` is the text of yarn.lock, ``declared`` the packageManager field. Without a
    lockfile the field decides, and npm if there is none.
    """
    match = DECIDED.match(declared or "")
    wanted = (match[1], match[2]) if match else (None, None)
    if "package-lock.json" in names or "npm-shrinkwrap.json" in names:
        shrunk = "npm-shrinkwrap.json" in names
        return Manager(Kind.NPM, "npm-shrinkwrap.json" if shrunk else "package-lock.json")
    if "yarn.lock" in names:
        return _yarn("yarn.lock", yarn_lock, wanted[1] if wanted[0] == "yarn" else None)
    if "pnpm-lock.yaml" in names:
        return Manager(Kind.PNPM, "pnpm-lock.yaml", wanted[1] if wanted[0] == "pnpm" else None)
    if wanted[0] == "yarn":
        return _yarn(None, "", wanted[1])
    if wanted[0] == "pnpm":
        return Manager(Kind.PNPM, None, wanted[1])
    return Manager(Kind.NPM, None)


def _yarn(lockfile: str | None, text: str, declared: str | None) -> Manager:
    modern = "__metadata:" in text if lockfile else not (declared or "1").startswith("1.")
    if modern:
        fits = declared is not None and not declared.startswith("1.")
        return Manager(Kind.BERRY, lockfile, declared if fits else _writer_of(text))
    return Manager(Kind.YARN, lockfile, None)


def _writer_of(lock: str) -> str:
    """The range of versions of modern yarn that agree with this lockfile."""
    match = METADATA.search(lock)
    written = int(match[1]) if match else BERRY[-1][0] + 1
    return next((wanted for version, wanted in BERRY if written <= version), BERRY_NEWEST)


def install(manager: Manager, node: Path, entry: Path, *, scripts: bool) -> tuple[str, ...]:
    """The arguments that install exactly what the lockfile says; without one, what fits today."""
    return (str(node), str(entry), *_words(manager), *_without_scripts(manager, scripts))


def _words(manager: Manager) -> tuple[str, ...]:
    locked = manager.lockfile is not None
    if manager.kind is Kind.NPM:
        return ("ci" if locked else "install", "--no-audit", "--no-fund")
    if manager.kind is Kind.YARN:
        frozen = ("--frozen-lockfile",) if locked else ()
        return ("install", "--non-interactive", "--no-progress", "--ignore-engines", *frozen)
    if manager.kind is Kind.BERRY:
        return ("install", *(("--immutable",) if locked else ()))
    return ("install", "--frozen-lockfile" if locked else "--no-frozen-lockfile")


def _without_scripts(manager: Manager, scripts: bool) -> tuple[str, ...]:
    if scripts:
        return ()
    return ("--mode=skip-build",) if manager.kind is Kind.BERRY else ("--ignore-scripts",)


def rebuild(node: Path, npm: Path) -> tuple[str, ...]:
    """npm runs the install scripts of the dependencies, whoever installed them."""
    return (str(node), str(npm), "rebuild", "--no-audit", "--no-fund")


def environment(registry: str, cache: str) -> dict[str, str]:
    """What every manager listens to. ``git`` is pinned because .npmrc may name any program."""
    return {
        "npm_config_registry": registry,
        "npm_config_cache": f"{cache}/npm",
        "npm_config_git": "git",
        "npm_config_update_notifier": "false",
        "npm_config_progress": "false",
        "npm_config_yes": "true",
        "npm_config_include": "dev",
        "npm_config_store_dir": f"{cache}/pnpm",
        "npm_config_manage_package_manager_versions": "false",
        "YARN_CACHE_FOLDER": f"{cache}/yarn",
        "YARN_GLOBAL_FOLDER": f"{cache}/berry",
        "YARN_IGNORE_PATH": "1",
        "YARN_NODE_LINKER": "node-modules",
        "YARN_NPM_REGISTRY_SERVER": registry,
        "YARN_ENABLE_TELEMETRY": "0",
        "YARN_ENABLE_PROGRESS_BARS": "0",
        "COREPACK_ENABLE_STRICT": "0",
        "HUSKY": "0",
        # browsers for tests, from hosts that a build does not reach
        "PUPPETEER_SKIP_DOWNLOAD": "true",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "CYPRESS_INSTALL_BINARY": "0",
    }


def registry_is_away(output: str) -> bool:
    """Whether a package manager that a script called says that it could not have the registry. What
    else the script could not reach is its own doing."""
    said = "\n".join(LINE.findall(output))
    return NETWORK.search(said) is not None or UNAVAILABLE.search(said) is not None
