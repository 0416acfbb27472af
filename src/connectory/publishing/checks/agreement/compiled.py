"""Where the TypeScript compiler puts what it makes, when that is certain."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connectory.publishing.checks.agreement.application import ApplicationFiles
from connectory.publishing.checks.agreement.commands import CUT
from connectory.publishing.package import Package
from connectory.publishing.tools import scripts

COMMENT = re.compile(r'("(?:[^"\\\n]|\\.)*+"?)|//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*)')
LAST_COMMA = re.compile(r",(\s{0,200}[}\]])")
BUILDS = ("gcp-build", "build")
LARGEST = 16 * 1024
CLEANS = frozenset({"rimraf", "rm", "del-cli", "mkdir", "echo"})


def output_folder(files: ApplicationFiles, package: Package) -> str | None:
    """The folder that the build writes to, when it is nothing but ``tsc``; None when it is more,
    or its settings come from elsewhere."""
    builds = [line for name in BUILDS if (line := scripts.line(package, name))]
    if not builds or not all(map(_is_only_tsc, builds)):
        return None
    options = _settings(files).get("compilerOptions")
    folder = options.get("outDir") if isinstance(options, dict) else None
    if not isinstance(folder, str) or ".." in folder or folder.startswith(("/", "$")):
        return None
    return folder.removeprefix("./").strip("/") or None


def _is_only_tsc(line: str) -> bool:
    commands = [part.split() for part in CUT.split(line) if part.strip("&|; \t\n")]
    rest = [words for words in commands if words[0] not in CLEANS]
    return rest == [["tsc"]]


def _settings(files: ApplicationFiles) -> Mapping[str, Any]:
    text = files.candidate.text(f"{files.name}/tsconfig.json", LARGEST) or ""
    plain = LAST_COMMA.sub(r"\1", COMMENT.sub(lambda match: match[1] or "", text))
    try:
        value = msgspec.json.decode(plain.removeprefix("\ufeff").encode())
    except (msgspec.DecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
