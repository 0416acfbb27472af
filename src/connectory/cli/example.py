"""The bundled connector, as the Git repository a creator would have."""

import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

TAG = "1.0.0"


def tag_example(target: Path) -> Path:
    """Copy the example to ``target``, commit it and tag it ``TAG``."""
    shutil.copytree(_example(), target, ignore=shutil.ignore_patterns("node_modules", "dist"))
    who = ("-c", "user.name=Connectory", "-c", "user.email=demo@connectory.example")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "commit", "--quiet", "--message", "Greet people"),
        (*who, "tag", TAG),
    ):
        subprocess.run(["git", *arguments], cwd=target, check=True, capture_output=True)
    return target


def _example() -> Path:
    """In the package when it is installed, beside the sources in a clone."""
    packaged = Path(str(files("connectory"))) / "examples" / "greeting"
    return packaged if packaged.exists() else Path(__file__).parents[3] / "examples" / "greeting"
