"""An honest connector, for others to add their flaw to."""

import json

from tests.hostile.case import Files
from tests.publishing.conftest import connect_yaml, package_json

LISTEN = "require('http').createServer((q, r) => r.end()).listen(process.env.PORT);\n"
EMPTY_LOCK = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {}}}


def honest(**fields: object) -> dict[str, str | bytes]:
    """A service that does nothing wrong; ``fields`` are those of its package.json."""
    given = {"scripts": {"start": "node index.js"}, "engines": {"node": ">=18"}, **fields}
    return {
        "connect.yaml": connect_yaml("service"),
        "service/package.json": package_json(**given),
        "service/package-lock.json": json.dumps(EMPTY_LOCK),
        "service/index.js": LISTEN,
    }


def building(line: str, name: str = "build", **files: str) -> Files:
    """A service whose script runs ``line``; ``files`` are in its folder, ``_`` for a dot."""
    scripts = {"start": "node index.js", name: line}
    own = {f"service/{path.replace('_', '.')}": text for path, text in files.items()}
    return {**honest(scripts=scripts), **own}


def shell(text: str, name: str = "build") -> Files:
    """A service whose script is a file of the shell: no escaping in the way."""
    return building("sh attack.sh", name, attack_sh=text)


def program(text: str, name: str = "build") -> Files:
    """The same in JavaScript."""
    return building("node attack.js", name, attack_js=text)


def locked(dependency: str, version: str, entries: dict[str, object]) -> dict[str, str | bytes]:
    """A service with one dependency, and a lockfile of npm that says ``entries`` of it."""
    root = {"name": "x", "version": "1.0.0", "dependencies": {dependency: version}}
    lock = {**EMPTY_LOCK, "packages": {"": root, **entries}}
    files = honest(dependencies={dependency: version})
    return {**files, "service/package-lock.json": json.dumps(lock)}
