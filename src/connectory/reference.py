"""The reference pages, read from the code that they describe: ``python -m connectory.reference``.

A page that is written by hand says what somebody meant; these say what the program does. A test
holds the committed pages and the code together.
"""

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import typer.main
from msgspec import Meta

import connectory.api.app
import connectory.hosting.gateway  # noqa: F401
from connectory import settings
from connectory.cli.app import app
from connectory.errors import ConnectError
from connectory.findings import Rule
from connectory.publishing.checks.registry import rules
from connectory.settings import PREFIX, Settings
from connectory.specification.reference import reference as connect_yaml

NOTICE = "This page is written by `make docs` from `{source}`; do not edit it.\n"
ABOUT_SETTINGS = """\
Settings come from `connectory.toml` in the working directory (lower-case names), from the
environment (upper-case names with the prefix) and from the command line, the later ones winning.
They are read once, when the platform starts. A name that is not listed here is an error. Sizes are
in MiB, times in seconds.

Beside these, the platform reads `SSL_CERT_FILE`, `GIT_SSL_CAINFO` and `NODE_EXTRA_CA_CERTS`
(certificate authorities), and `XDG_CACHE_HOME` (where `connectory demo` and `connectory validate`
keep what they download).
`CONNECTORY_PASSWORD` is read by the command line alone: the administrator's password on a remote
platform.
"""
ABOUT_COMMANDS = """\
What a person should read goes to standard error, what a program should read to standard output.
Exit code 0 means done, 1 that it could not be done, 2 that it was asked wrongly.
"""
ABOUT_ERRORS = """\
An error answer is `{statusCode, message, errors[]}`; each entry of `errors` has a `code`, a
`message` and the further fields named below. Several problems of one request come together;
`statusCode` and `message` are the first one's. A 401 repeats its code as `error`. Words in braces
stand for the value in question.
"""
ABOUT_RULES = """\
What validation looks for. BLOCKER, CRITICAL and HIGH stop a connector at the gate that is named:
everywhere (preview, publish and certification), on the way to the Marketplace only, or nowhere.
`connectory explain RULE` prints one of them.
"""
SECTIONS = (
    ("Any endpoint", "connectory.errors"),
    ("The token endpoint", "connectory.api.oauth"),
    ("ConnectorStaged and Connector", "connectory.connectors.errors"),
    ("Deployment", "connectory.deployments.errors"),
    ("Certification, not part of the Connect API", "connectory.certification.errors"),
    ("People, Projects and API clients, not part of the Connect API", "connectory.auth.errors"),
    ("Following a log, not part of the Connect API", "connectory.api.streaming"),
    ("The gateway, in front of an application", "connectory.hosting.gateway.errors"),
)
WHOLES = {bool: "`true` or `false`", int: "whole number", float: "number", str: "text"}


def settings_page() -> str:
    """Every setting: its name in the file, in the environment, its default and its meaning."""
    meanings = dict(_meanings(ast.parse(inspect.getsource(settings))))
    rows = [
        (f"`{field.name}`<br>`{PREFIX}{field.name.upper()}`", _taken(field.type),
         _default(field), meanings[field.name])
        for field in msgspec.structs.fields(Settings)
    ]  # fmt: skip
    head = ("setting", "takes", "default", "meaning")
    return _page("Settings", "src/connectory/settings.py", ABOUT_SETTINGS, _table(head, rows))


def _meanings(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Name and meaning of each field: the text that stands behind it in the source."""
    classes = (node for node in module.body if isinstance(node, ast.ClassDef))
    body = next(node.body for node in classes if node.name == Settings.__name__)
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(name)),
                ast.Expr(value=ast.Constant(value=str(meaning))),
            ):
                yield name, _prose(meaning)


def _taken(kind: Any) -> str:
    """What a setting of this type takes, in words."""
    if get_origin(kind) is Literal:
        return ", ".join(f"`{one}`" for one in get_args(kind))
    if get_origin(kind) is dict:
        return "`prefix=place` pairs"
    if get_origin(kind) is tuple:
        return "list, comma separated"
    if get_origin(kind) is Annotated:
        plain, *bounds = get_args(kind)
        return _taken(plain) + "".join(_bounds(one) for one in bounds)
    return WHOLES[kind]


def _bounds(meta: Meta) -> str:
    least = f" from {meta.ge}" if meta.ge is not None else ""
    above = f" above {meta.gt}" if meta.gt is not None else ""
    return f"{least}{above}" + (f" to {meta.le}" if meta.le is not None else "")


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else None
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if value not in {None, "", ()} else "empty"


def cli_page() -> str:
    """Every command with its arguments and options, as ``--help`` shows them."""
    commands = _commands(typer.main.get_command(app), "connectory")
    return _page("Command line", "src/connectory/cli", ABOUT_COMMANDS, *commands)


def _commands(command: Any, path: str) -> Iterator[str]:
    for name, one in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(one, f"{path} {name}")
    if not hasattr(command, "commands"):
        shown = [each for each in command.params if each.name != "help"]
        yield f"## `{path}`\n\n{_prose(inspect.cleandoc(command.help or ''))}\n"
        yield _table(("argument or option", "default", "meaning"), map(_parameter, shown))


def _parameter(one: Any) -> tuple[str, str, str]:
    option = one.opts[0].startswith("-")
    name = f"`{one.opts[0]}`" if option else f"`{one.name.upper()}`"
    default = "required" if one.required else f"`{one.default}`" if one.default else ""
    return name, default, _prose(one.help or "")


def errors_page() -> str:
    """Every error a client can be told, grouped by what it asked for."""
    parts = [
        f"## {title}\n\n"
        + _table(("code", "status", "message", "further fields", "meaning"), _errors(module))
        for title, module in SECTIONS
    ]
    return _page("Errors", "src/connectory/**/errors.py", ABOUT_ERRORS, *parts)


def _errors(module: str) -> list[tuple[str, ...]]:
    known = [one for one in _below(ConnectError) if one.__module__ == module]
    shown = [one for one in known if not one.__subclasses__()]
    return [_error(one) for one in sorted(shown, key=lambda one: (one.status, one.code))]


def _error(kind: type[ConnectError]) -> tuple[str, ...]:
    """A row; the message is what the constructor builds from the names of its arguments."""
    example = _example(kind)
    further = ", ".join(f"`{name}`" for name in example.extra)
    meaning = _prose(kind.__dict__.get("__doc__") or "")
    return f"`{kind.code}`", str(kind.status), example.message, further, meaning


def rules_page() -> str:
    """Every rule of the validation, by check."""
    by_check: dict[str, list[Rule]] = {}
    for rule in rules().values():
        by_check.setdefault(rule.check, []).append(rule)
    parts = [
        f"## {check}\n\n"
        + _table(("rule", "severity", "gate", "what, and why", "fix"), map(_rule, each))
        for check, each in by_check.items()
    ]
    return _page("Rules", "src/connectory/publishing/checks", ABOUT_RULES, *parts)


def _rule(rule: Rule) -> tuple[str, ...]:
    name = f"`{rule.name}`" + ("" if rule.waivable else "<br>no exceptions")
    return name, rule.severity, rule.gate, f"{rule.title}. {rule.why}", rule.fix


class _Named(str):
    """Stands for a value in a message, however the message formats it."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return str(self)

    def __getitem__(self, _: Any) -> "_Named":
        return self


def _example(kind: type[ConnectError]) -> ConnectError:
    build: Callable[..., ConnectError] = kind
    return build(
        **{name: _stand_in(one) for name, one in inspect.signature(kind).parameters.items()}
    )


def _stand_in(argument: inspect.Parameter) -> Any:
    named = _Named(f"{{{argument.name}}}")
    return [named] if get_origin(argument.annotation) in {list, tuple} else named


def _below(kind: type[ConnectError]) -> Iterator[type[ConnectError]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _prose(text: str) -> str:
    """A docstring for a page: one line, Markdown's code marks, no notes on where a rule is from."""
    plain = re.sub(r" ?\((?:facts|corpus)[^)]*\)|Facts [\d.]+: ", "", text)
    line = " ".join(plain.replace("``", "`").split())
    return line[:1].upper() + line[1:]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(one.replace('|', '&#124;') for one in line)} |\n" for line in lines
    )


def _page(title: str, source: str, *parts: str) -> str:
    return "\n".join([f"# {title}\n", NOTICE.format(source=source), *parts])


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "connect-yaml.md": connect_yaml,
    "errors.md": errors_page,
    "rules.md": rules_page,
    "settings.md": settings_page,
}


def main() -> None:
    """Write every page into ``docs/reference`` of the working directory."""
    for name, page in PAGES.items():
        path = Path("docs") / "reference" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
