"""One kind of finding in code: a rule and how to tell of a place that breaks it."""

from dataclasses import dataclass

from connectory.findings import Gate, Rule, Severity


@dataclass(frozen=True)
class Kind:
    """``what`` says what is wrong at a place; ``{NAME}`` in it is a capture of the pattern.

    ``once`` makes one finding for each file, however often it is there. ``shown`` allows the code
    itself as evidence: not where it may hold a secret.
    """

    rule: Rule
    what: str
    once: bool = False
    shown: bool = True

    @property
    def id(self) -> str:
        """What its patterns are called."""
        return self.rule.name.partition("/")[2]


def kind(
    name: str,
    severity: Severity,
    title: str,
    *,
    what: str,
    why: str,
    fix: str,
    gate: Gate = Gate.EVERYWHERE,
    once: bool = False,
    shown: bool = True,
) -> Kind:
    return Kind(Rule(f"code/{name}", severity, title, why, fix, gate), what, once, shown)
