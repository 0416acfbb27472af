"""The Node.js this machine already has, if it has one that works."""

import json
import shutil
import subprocess
from pathlib import Path

from connectory.toolchains.model import Node

ASK = "console.log(JSON.stringify([process.execPath, process.versions.node]))"
PATIENCE = 10.0


def found(program: Path | None) -> Node | None:
    """The Node.js behind `program`, or behind the search path; a version switcher's shim is asked
    where the real one is. None when there is none or it does not answer. Blocks for a moment."""
    where = str(program) if program is not None else shutil.which("node")
    if where is None:
        return None
    try:
        said = subprocess.run(
            (where, "-e", ASK),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        ).stdout
        path, version = json.loads(said)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    binary = Path(path)
    return Node(version, binary, _home(binary))


def _home(binary: Path) -> Path:
    return binary.parent.parent if binary.parent.name == "bin" else binary.parent
