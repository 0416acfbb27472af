"""Scripts over real sandboxes, with the real package managers."""

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from connectory.artifacts import ArtifactStore, ImageConfig
from connectory.hosting.scripts import ScriptName, ScriptPlacement, Scripts
from connectory.sandbox import Sandbox
from connectory.settings import Settings
from connectory.toolchains import Toolchains


@pytest.fixture
def toolchains(kept: Path) -> Toolchains:
    return Toolchains(kept)


@pytest.fixture
def scripts(
    sandbox: Sandbox, artifacts: ArtifactStore, toolchains: Toolchains, settings: Settings
) -> Scripts:
    return Scripts(sandbox, artifacts, toolchains, settings)


class Heard(list[tuple[str, str]]):
    """What a script said, line by line."""

    def say(self, stream: str, line: str) -> None:
        self.append((stream, line))

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self)


@pytest.fixture
def heard() -> Heard:
    return Heard()


Placed = Callable[..., ScriptPlacement]


@pytest.fixture
async def tree(artifacts: ArtifactStore, tmp_path: Path) -> str:
    """The artifact of a small built workspace."""
    root = tmp_path / "trees" / uuid.uuid4().hex
    for path, text in FILES.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o755 if "bin" in path else 0o644)
    config = ImageConfig(("node", "index.js"), "/workspace/service")
    packed = await artifacts.pack(root, prefix="workspace", config=config, annotations={})
    return packed.digest


@pytest.fixture
def placed(tree: str) -> Placed:
    def made(command: str, **changed: object) -> ScriptPlacement:
        given = {
            "application_id": "a" * 24,
            "deployment_id": "d",
            "application_name": "service",
            "name": ScriptName.POST_DEPLOY,
            "command": command,
            "artifact": tree,
            "directory": "service",
        }
        return ScriptPlacement(**{**given, **changed})  # type: ignore[arg-type]

    return made


FILES = {
    "shared/words.txt": "a word\n",
    "service/package.json": """{
  "name": "service", "version": "1.0.0",
  "scripts": {
    "build": "node build.js",
    "connector:post-deploy": "greet \\"$CONNECT_SERVICE_URL\\" && cat built.txt"
  }
}""",
    "service/build.js": "require('fs').writeFileSync('built.txt', 'built\\n')",
    "service/built.txt": "as published\n",
    "service/node_modules/.bin/greet": '#!/bin/sh\necho "greetings from $1"\n',
}
