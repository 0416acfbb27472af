"""A connector with one application of each kind that this check has nothing to say about."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from connectory.findings import Finding
from connectory.publishing.checks.agreement import Agreement
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate, Entry
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.running import examine
from connectory.sandbox import Sandbox, SandboxSettings, SandboxUnavailable
from connectory.settings import Settings
from connectory.specification import parse

Files = dict[str, str]
Examine = Callable[[Mapping[str, str]], Awaitable[tuple[Finding, ...]]]

YAML = """\
deployAs:
  - name: service
    applicationType: service
    endpoint: /service
    scripts:
      postDeploy: npm install && npm run build && npm run connector:post-deploy
    configuration:
      standardConfiguration:
        - key: GREETING
          description: What is said
      securedConfiguration:
        - key: API_SECRET
          description: Known to nobody
          required: true
  - name: event
    applicationType: event
    endpoint: /event
    scripts:
      postDeploy: node src/post-deploy.js
  - name: job
    applicationType: job
    endpoint: /job
    properties:
      schedule: "@daily"
  - name: assets
    applicationType: assets
  - name: center
    applicationType: merchant-center-custom-application
    configuration:
      standardConfiguration:
        - key: CUSTOM_APPLICATION_ID
          description: Its id
          required: true
        - key: ENTRY_POINT_URI_PATH
          description: Its path
          required: true
        - key: CLOUD_IDENTIFIER
          description: Its region
          default: gcp-eu
inheritAs:
  apiClient:
    scopes:
      - manage_orders
  configuration:
    standardConfiguration:
      - key: LANGUAGE
        description: Of the people
"""
SERVER = """\
import express from 'express';

const app = express();
app.post('/NAME', (request, response) => response.json({}));
app.listen(process.env.PORT || 8080);
"""


def manifest(**fields: Any) -> str:
    """A package.json that is complete; None takes a field away."""
    whole = {
        "name": "application",
        "version": "1.0.0",
        "type": "module",
        "engines": {"node": "24.x"},
        "scripts": {"start": "node src/index.js"},
        "dependencies": {"express": "^5.1.0"},
        **fields,
    }
    return json.dumps({name: value for name, value in whole.items() if value is not None}, indent=2)


def lock(**versions: str) -> str:
    packages = {f"node_modules/{name}": {"version": one} for name, one in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **packages}}, indent=2)


@pytest.fixture
def clean() -> Files:
    """The files of a connector without a flaw."""
    files = {"connect.yaml": YAML}
    for name in ("service", "event", "job"):
        files[f"{name}/package.json"] = manifest()
        files[f"{name}/package-lock.json"] = lock(express="5.1.0")
        files[f"{name}/src/index.js"] = SERVER.replace("NAME", name)
    for name in ("assets", "center"):
        files[f"{name}/package.json"] = manifest(scripts={"build": "vite build"})
        files[f"{name}/package-lock.json"] = lock(express="5.1.2")
    files["service/package.json"] = manifest(
        scripts={
            "start": "node build/index.js",
            "build": "rimraf ./build && tsc",
            "connector:post-deploy": "node build/connector/post-deploy.js",
        }
    )
    files["service/tsconfig.json"] = '{"compilerOptions": {"outDir": "./build", /* x */}}'
    files["service/src/config.ts"] = (
        "export const greeting = process.env.GREETING as string;\n"
        "export const secret = process.env['API_SECRET'];\n"
        "export const { LANGUAGE, CTP_SCOPE } = process.env;\n"
    )
    files["event/src/post-deploy.js"] = "const topic = process.env.CONNECT_GCP_TOPIC_NAME;\n"
    files["center/custom-application-config.mjs"] = (
        "export default { id: '${env:APPLICATION_URL}' }"
    )
    files["center/src/index.jsx"] = "export default () => <p>It's {process.env.NODE_ENV}</p>;\n"
    files["assets/src/main.ts"] = "export const mode = import.meta.env.MODE;\n"
    return files


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    try:
        sandbox = Sandbox.create(SandboxSettings(tmp_path / "sandbox", isolation="bubblewrap"))
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> CheckCache:
    """Shared: what the engine finds in a file is the same in every test."""
    return CheckCache(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def bench(sandbox: Sandbox, cache: CheckCache) -> Bench:
    return Bench(sandbox, cache, Settings())


def laid_out(root: Path, files: Mapping[str, str]) -> Candidate:
    """The files below ``root``, as a commit of them would be checked."""
    entries = {}
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        place.write_bytes(data)
        entries[path] = Entry(path, hashlib.sha1(data).hexdigest(), len(data))
    return Candidate(root, entries, parse(files["connect.yaml"]))


@pytest.fixture
def findings_in(bench: Bench, tmp_path: Path) -> Examine:
    """What the check finds in files, through the cache and the real engine."""

    async def examined(files: Mapping[str, str]) -> tuple[Finding, ...]:
        candidate = laid_out(tmp_path / "tree", files)
        (examination,) = await examine(candidate, bench, [Agreement()])
        return examination.findings

    return examined
