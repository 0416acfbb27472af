"""Scripts of package.json as one shell line, without the third of a second that npm adds."""

import re
import shlex

from connectory.publishing.package import Package

NO_TESTS = "no test specified"
FORWARD = re.compile(r"^(?:(?:npm|pnpm) run(?:-script)?|npm|pnpm|yarn run|yarn) ([\w:.-]+)$")
SHORT = frozenset({"start", "test", "stop", "restart"})
LIFECYCLE = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare",
             "postprepare")  # fmt: skip
"""What npm runs for the project itself at an install, in its order."""
COMPILE = "compile-html"
PAGE = "public/index.html"
"""Where mc-scripts writes its page; ``compile-html`` puts the configuration into it."""
WEB = re.compile(r"^web\s*:\s*(?P<command>.+?)\s*$", re.MULTILINE)


def line(package: Package, name: str) -> str | None:
    """A script with its ``pre`` and ``post`` scripts as one line; None when it is missing."""
    script = package.scripts.get(name, "").strip()
    if not script:
        return None
    parts = [package.scripts.get(prefix + name, "").strip() for prefix in ("pre", "post")]
    before, after = parts
    around = [part for part in (before, script, after) if part]
    return around[0] if len(around) == 1 else " && ".join(f"( {part}\n)" for part in around)


def test(package: Package) -> str | None:
    """The tests, unless the script is the placeholder that ``npm init`` writes."""
    script = package.scripts.get("test", "")
    return None if NO_TESTS in script else line(package, "test")


def build(package: Package) -> tuple[str, str] | None:
    """Name and line of what builds the application: ``gcp-build``, else ``build`` (facts 4.8)."""
    for name in ("gcp-build", "build"):
        if text := line(package, name):
            return name, text
    return None


def lifecycle(package: Package) -> tuple[tuple[str, str], ...]:
    """The project's own scripts of an install, as name and line, in npm's order."""
    return tuple((name, script) for name in LIFECYCLE if (script := package.scripts.get(name)))


def start(package: Package, procfile: str | None, *, server: bool) -> str | None:
    """What starts the application: the Procfile's web process, ``start``, or server.js."""
    web = WEB.search(procfile or "")
    if web:
        return web["command"]
    script = _followed(package, "start")
    return script or ("node server.js" if server else None)


def started(package: Package, text: str) -> tuple[str, ...]:
    """The argument list that runs ``text`` in the application's folder as npm would.

    The last simple command replaces the shell, so signals reach the program itself.
    """
    return _shell(package, "start", text)


def site(package: Package) -> tuple[str, str] | None:
    """Name and line of what builds a Merchant Center application: its build, then its index.html
    from the template where the build left that undone (``mc-scripts build --build-only``)."""
    found = build(package)
    if found is None:
        return None
    name, text = found
    compiled = line(package, COMPILE)
    if compiled is None and "mc-scripts" not in text:
        return found
    undone = f"[ -f {PAGE}.template ] && [ ! -f {PAGE} ]"
    then = compiled or "mc-scripts compile-html"
    return name, f"( {text}\n) && if {undone}; then {then}\nfi"


def built(package: Package, name: str, text: str) -> tuple[str, ...]:
    """The argument list that runs the build script ``name`` in the application's folder."""
    return _shell(package, name, text)


def _shell(package: Package, name: str, text: str) -> tuple[str, ...]:
    values = {"npm_lifecycle_event": name, "npm_package_name": package.name,
              "npm_package_version": package.version}  # fmt: skip
    exports = " ".join(f"{key}={shlex.quote(value)}" for key, value in values.items() if value)
    return ("sh", "-c", f'export PATH="$PWD/node_modules/.bin:$PATH" {exports}; {text}')


def _followed(package: Package, name: str) -> str | None:
    """A script, with those that only name another one resolved to it."""
    seen: set[str] = set()
    while name not in seen:
        seen.add(name)
        text = line(package, name)
        forward = FORWARD.match(text) if text else None
        if forward is None or not _is_script(package, text or "", forward[1]):
            return text
        name = forward[1]
    return line(package, name)


def _is_script(package: Package, text: str, name: str) -> bool:
    bare = text.startswith(("npm ", "pnpm ")) and " run" not in text
    return name in package.scripts and (not bare or name in SHORT)
