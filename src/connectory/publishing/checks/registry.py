"""Every check and every rule: what ``connectory explain`` and the reference pages list."""

from functools import cache

from connectory.findings import Rule
from connectory.publishing.checks.check import Check


@cache
def checks() -> tuple[Check, ...]:
    """Those that need nothing but the commit's files, in the order in which they are reported.

    They are loaded with the first run: a platform answers requests before that.
    """
    from connectory.publishing.checks.agreement import Agreement
    from connectory.publishing.checks.code import CodeCheck
    from connectory.publishing.checks.dependencies import Dependencies
    from connectory.publishing.checks.secrets import Secrets
    from connectory.publishing.checks.size import SizeCheck

    return (Agreement(), Dependencies(), CodeCheck(), Secrets(), SizeCheck())


@cache
def rules() -> dict[str, Rule]:
    """Every rule by name, in the order of the checks."""
    from connectory.findings.exceptions import RULES as EXCEPTIONS
    from connectory.publishing.built import RULES as BUILT
    from connectory.publishing.checks.licences import RULES as LICENCES
    from connectory.publishing.checks.unreadable import RULES as UNREADABLE

    listed = [rule for check in checks() for rule in check.rules]
    return {rule.name: rule for rule in (*UNREADABLE, *listed, *BUILT, *LICENCES, *EXCEPTIONS)}
