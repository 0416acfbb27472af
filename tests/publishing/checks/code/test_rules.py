"""Every rule finds what it is for and leaves its clean twin alone."""

from collections import Counter

from connectory.findings import Gate, Severity
from connectory.publishing.checks.check import Bench
from connectory.publishing.checks.code import CodeCheck
from connectory.publishing.checks.code.catalogue import KINDS
from connectory.publishing.checks.code.check import patterns

from .conftest import Make
from .examples import BROKEN, SOUND

ON_OTHER_WAYS = {"not-analysed"}


def laid_out(examples: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    """One file for each example, in an application without ``src``."""
    return {
        f"service/n{number:03}.{suffix}": f"{code}\n// {number}\n" if suffix != "py" else code
        for number, (_, suffix, code) in enumerate(examples)
    }


async def test_every_seeded_flaw_is_found(bench: Bench, candidate: Make) -> None:
    examination = await CodeCheck().examine(candidate(laid_out(BROKEN)), bench)
    found = {(each.path, each.rule.removeprefix("code/")) for each in examination.findings}
    wanted = {(path, rule) for path, (rule, _, _) in zip(laid_out(BROKEN), BROKEN, strict=True)}
    assert wanted - found == set()


async def test_no_clean_twin_is_blamed(bench: Bench, candidate: Make) -> None:
    examination = await CodeCheck().examine(candidate(laid_out(SOUND)), bench)
    twins = dict(zip(laid_out(SOUND), SOUND, strict=True))
    blamed = [
        (each.rule, twins[each.path or ""])
        for each in examination.findings
        if each.severity.fails or each.rule == f"code/{twins[each.path or ''][0]}"
    ]
    assert blamed == []


def test_every_rule_has_both_examples_and_patterns() -> None:
    shipped = {line[4:] for line in patterns().text.splitlines() if line.startswith("id: ")}
    assert {rule for rule, _, _ in BROKEN} == shipped == {*KINDS} - ON_OTHER_WAYS
    assert {rule for rule, _, _ in SOUND} == shipped


def test_rules_are_named_once_and_told_in_whole_sentences() -> None:
    rules = CodeCheck().rules
    assert Counter(each.name for each in rules).most_common(1)[0][1] == 1
    assert all(each.check == "code" and len(each.title) < 60 for each in rules)
    assert all(text.endswith(".") for each in rules for text in (each.why, each.fix))


def test_nothing_that_is_a_matter_of_taste_stops_a_connector() -> None:
    smells = [each.rule for each in KINDS.values() if each.rule.gate is Gate.NOWHERE]
    assert not any(each.severity.fails for each in smells)
    assert KINDS["hard-coded-credential"].rule.gate is Gate.CERTIFICATION
    assert KINDS["code-injection"].rule.severity is Severity.BLOCKER
