"""What the official SDK can do, by its own builders and types, and what it did in a run."""

import json
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from tests.parity.official import HERE, Official, Outcome, run
from tests.parity.support import Platform

SCRIPTS = ("sdk-client.mjs", "sdk-methods.mjs", "sdk-road.mjs")
Steps = dict[str, dict[str, Any]]


class Method(NamedTuple):
    """A request of the SDK: ``path`` with its placeholders."""

    method: str
    path: str


def start(official: Official, platform: Platform, name: str, asked: dict[str, str]) -> Outcome:
    """Run one of the scripts beside the packages: that is where Node.js looks for them."""
    for script in SCRIPTS:
        shutil.copy(HERE / script, official.directory / script)
    command = (str(official.directory / name),)
    return run(official, platform, command, {"ROAD": json.dumps(asked)}).succeeded()


def methods(official: Official, platform: Platform) -> list[Method]:
    """Every method of the SDK that makes a request."""
    found = json.loads(start(official, platform, "sdk-methods.mjs", {}).output)
    return [Method(one["method"], one["path"]) for one in found]


def arguments(official: Official) -> dict[Method, dict[str, bool]]:
    """The query arguments that the SDK types, by method; whether each may be a list."""
    return {
        method: found
        for file in sorted((_generated(official) / "client").rglob("*-request-builder.d.ts"))
        if (found := _arguments(file.read_text()))
        for method in [_query(file.with_suffix("").with_suffix(".js").read_text())]
    }


def actions(official: Official) -> set[str]:
    """The names of the update actions that the SDK types."""
    text = "".join(one.read_text() for one in (_generated(official) / "models").glob("*.d.ts"))
    return set(re.findall(r'readonly action: "(\w+)"', text))


def driven(steps: Steps) -> dict[Method, list[dict[str, Any]]]:
    """The methods that were answered with success, and the query arguments of each call."""
    found = dict[Method, list[dict[str, Any]]]()
    for step in steps.values():
        if step["statusCode"] < 300:
            found.setdefault(Method(step["method"], step["path"]), []).append(step["query"])
    return found


def driven_actions(steps: Steps) -> set[str]:
    sent = [step["sent"] for step in steps.values() if step.get("sent")]
    return {action["action"] for body in sent for action in body.get("actions", ())}


def _generated(official: Official) -> Path:
    package = official.directory / "node_modules" / "@commercetools-connect" / "sdk"
    return package / "dist" / "generated"


def _arguments(types: str) -> dict[str, bool]:
    return {name: "[]" in type_ for name, type_ in re.findall(r"'([\w.]+)'\?: (.+);", types)}


def _query(code: str) -> Method:
    """The only request of a builder that takes query arguments."""
    (path,) = re.findall(r"method: 'GET',\s+uriTemplate: '([^']+)'", code)
    return Method("GET", path)
