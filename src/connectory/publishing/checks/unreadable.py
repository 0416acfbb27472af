"""The rule for a connector that cannot even be read."""

from connectory.findings import Rule, Severity

UNREADABLE = Rule(
    "specification/unreadable",
    Severity.BLOCKER,
    "The repository or its connect.yaml cannot be read",
    "Nothing else can be looked at: which applications there are stands in connect.yaml, and the "
    "commit is found by the repository's URL and tag.",
    "See what is said below; correct connect.yaml, the tag or the access to the repository.",
    waivable=False,
)
RULES = (UNREADABLE,)
