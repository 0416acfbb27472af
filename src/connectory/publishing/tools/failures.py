"""What a package manager's output says went wrong: which package, why, and what helps."""

import re
from dataclasses import dataclass

OURS = re.compile(
    r"\b(ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|ERR_SOCKET_TIMEOUT"
    r"|EHOSTUNREACH|ENETUNREACH)\b|tunneling socket could not be established, statusCode=50"
)
"""The registry could not be had: nobody's fault but the network's, and worth another try."""


@dataclass(frozen=True)
class Explanation:
    """One sentence, and what the creator can do; {0} stands for the package or script."""

    pattern: re.Pattern[str]
    cause: str
    fix: str = ""


def _when(pattern: str, cause: str, fix: str = "") -> Explanation:
    return Explanation(re.compile(pattern, re.IGNORECASE | re.MULTILINE), cause, fix)


KNOWN = (
    _when(r"No matching version found for (\S+?)\.?(?:\s|$)",
          "The registry has no version of {0}.",
          "Depend on a published version and update the lockfile."),
    _when(r"Couldn't find any versions for \"([^\"]+)\" that matches \"([^\"]+)\"",
          "The registry has no version of {0} that matches {1}.",
          "Depend on a published version and update the lockfile."),
    _when(r"404 Not Found - GET (\S+)",
          "The registry does not have {0}.",
          "Depend on a published version and update the lockfile."),
    _when(r"(https?://\S+?)\"?: Request failed \"404 Not Found\"",
          "The registry does not have {0}.",
          "Depend on a published version and update the lockfile."),
    _when(r"Couldn't find package \"([^\"]+)\"",
          "The registry has no package {0}.", "Check its name in package.json."),
    _when(r"(\S+): No candidates found", "The registry has no version of {0}.",
          "Depend on a published version and update the lockfile."),
    _when(r"ERR_PNPM_(?:FETCH_404|NO_MATCHING_VERSION)\W+(.+)", "The registry answered: {0}",
          "Depend on a published version and update the lockfile."),
    _when(r"npm (?:ci|install). can only install (?:packages )?(?:when|with)|in sync",
          "The lockfile does not agree with package.json.",
          "Run npm install, then commit package.json and the lockfile together."),
    _when(r"Your lockfile needs to be updated|lockfile would have been modified|YN0028",
          "The lockfile does not agree with package.json.",
          "Run yarn install, then commit package.json and yarn.lock together."),
    _when(r"ERR_PNPM_OUTDATED_LOCKFILE", "The lockfile does not agree with package.json.",
          "Run pnpm install, then commit package.json and pnpm-lock.yaml together."),
    _when(r"ERESOLVE", "The dependencies contradict each other (npm: ERESOLVE).",
          "Settle the peer dependencies named below, or add legacy-peer-deps=true to .npmrc."),
    _when(r"(?:EINTEGRITY|Integrity check failed|did not match)[^\n]*",
          "A package is not the one that the lockfile names (its checksum differs).",
          "Update the lockfile from the public registry."),
    _when(r"Unsupported (?:engine|environment)|is incompatible with this module",
          "A dependency does not run on this version of Node.js.",
          "Set engines.node in package.json to a version that it supports."),
    _when(r"sh: \d+: (\S+): not found", "The program {0}, which a script calls, is not installed.",
          "Add the package that brings {0} to the dependencies of this application."),
    _when(r"Cannot find (?:module|package) '([^']+)'", "The module {0} is not installed.",
          "Add it to the dependencies of this application, or install it where it is needed."),
    _when(r"Missing script: \"?([^\"\s]+)", "package.json has no script {0}."),
    _when(r"npm error path (\S*node_modules/\S+)[\s\S]*?npm error command (.+)",
          "An install script of the dependency in {0} failed: {1}",
          "See its output below."),
    _when(r"JavaScript heap out of memory", "Node.js ran out of heap memory."),
)  # fmt: skip
NOISE = re.compile(
    r"^(?:npm (?:error|ERR!) A complete log|npm (?:error|ERR!)\s+/\S+debug-\d+\.log"
    r"|npm notice|npm warn|warning |info ).*$",
    re.MULTILINE | re.IGNORECASE,
)
LONGEST_NAME = 300


def explain(output: str) -> tuple[str, str] | None:
    """Cause and fix of a known failure, None for one that only the output itself explains."""
    for known in KNOWN:
        match = known.pattern.search(output)
        if match:
            names = [(group or "").strip()[:LONGEST_NAME] for group in match.groups()]
            return known.cause.format(*names), known.fix.format(*names)
    return None


def is_ours(output: str, refused_hosts: tuple[str, ...]) -> bool:
    """Whether the registry was out of reach, rather than a host that is never allowed."""
    return not refused_hosts and OURS.search(output) is not None


def without_noise(output: str) -> str:
    """The output without notices and deprecations, unless there is nothing else."""
    text = re.sub(r"\n{2,}", "\n", NOISE.sub("", output)).strip()
    return text or output.strip()
