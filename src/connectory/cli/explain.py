"""``connectory explain``: what a rule looks for, why, and how to put it right."""

import difflib
from typing import TYPE_CHECKING, Annotated

import typer

from connectory.cli.screen import fail, show_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from connectory.findings import Rule

Name = Annotated[
    str | None, typer.Argument(help="A rule's name, as a finding shows it. Without: all of them.")
]
Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def explain(rule: Name = None, json: Json = False) -> None:
    """Tell about a rule of the validation, or list them all."""
    from connectory.publishing.checks.registry import rules

    known = rules()
    if rule is not None and rule not in known:
        fail(_unknown(rule, list(known)), 2)
    chosen = [known[rule]] if rule is not None else list(known.values())
    if json:
        show_json([_document(one) for one in chosen])
        return
    from rich.console import Console

    Console(highlight=False).print(_told(chosen[0]) if rule else _listed(chosen))


def _unknown(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    close = close or [one for one in known if name in one][:3]
    hint = f" Did you mean {' or '.join(close)}?" if close else " `connectory explain` lists them."
    return f"There is no rule {name}.{hint}"


def _document(rule: "Rule") -> dict[str, object]:
    return {
        "name": rule.name,
        "severity": rule.severity,
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
        "gate": rule.gate,
        "waivable": rule.waivable,
    }


def consequence(rule: "Rule") -> str:
    """What a finding of the rule leads to, in words."""
    if not rule.severity.fails or rule.gate == "nowhere":
        return "It is reported and stops nothing."
    where = {
        "everywhere": "It stops previews, publishing and certification.",
        "certification": "It stops certification; previews and private publishing go on.",
    }[rule.gate]
    return where if rule.waivable else f"{where} No exception can be made."


def _told(rule: "Rule") -> "RenderableType":
    from rich.text import Text

    text = Text()
    text.append(f"{rule.name}  ", style="bold")
    text.append(f"{rule.severity}\n", style="yellow")
    text.append(f"{rule.title}\n\n")
    for heading, words in (("Why", rule.why), ("Fix", rule.fix), ("Effect", consequence(rule))):
        text.append(f"{heading}  ", style="bold")
        text.append(f"{words}\n")
    return text


def _listed(rules: "list[Rule]") -> "RenderableType":
    from rich.table import Table

    table = Table("rule", "severity", "what it looks for", box=None, pad_edge=False)
    for rule in rules:
        table.add_row(rule.name, rule.severity, rule.title)
    return table
