"""What Git's complaints mean to a creator: a table from its words to one plain sentence."""

import re

from connectory.repositories.revision import (
    RepositoryError,
    RepositoryRefused,
    RepositoryUnreachable,
)

# Addresses and names stand in quotes, and may contain any of the words looked for.
QUOTED = re.compile(r"'[^']*'")
NO_ACCESS = (
    "The repository does not exist, or reading it needs access that this platform was not given."
)
MEANINGS: tuple[tuple[str, type[RepositoryError], str], ...] = (
    (r"fsck error|in fsck|hasDotgit|fullPathname", RepositoryRefused,
     "The repository holds objects that Git itself considers dangerous or broken."),
    (r"returned error: 30[12378]", RepositoryRefused,
     "The repository leads from one address to the next without end."),
    (r"transport \S* ?not allowed|protocol .* disabled", RepositoryRefused,
     "The repository leads to another kind of address, which is not followed."),
    (r"File too large|died of signal 25|[Oo]ut of memory", RepositoryUnreachable,
     "The repository is larger than is accepted."),
    (r"Could not resolve host|Name or service not known", RepositoryUnreachable,
     "The host of the repository URL does not exist or cannot be looked up."),
    (r"Host key verification failed", RepositoryUnreachable,
     "The host of the repository is not one whose key is known."),
    (r"SSL|certificate", RepositoryUnreachable,
     "The host of the repository could not prove who it is (its certificate was not accepted)."),
    (r"Connection refused|Failed to connect|Couldn't connect|timed out|unreachable|No route",
     RepositoryUnreachable, "The host of the repository cannot be reached."),
    (r"could not read Username|Authentication failed|Permission denied|error: 40[134]|not found",
     RepositoryUnreachable, NO_ACCESS),
    (r"does not appear to be a git repository|does not exist|access rights",
     RepositoryUnreachable, NO_ACCESS),
    (r"early EOF|unexpected disconnect|hung up|RPC failed|Operation too slow|Empty reply",
     RepositoryUnreachable, "The connection to the repository broke off."),
)  # fmt: skip


def meaning(complaints: str) -> RepositoryError:
    """The error a failed Git command stands for; Git's own words go along as its detail."""
    detail = complaints.strip()[-2000:]
    words = QUOTED.sub("", complaints)
    for pattern, kind, sentence in MEANINGS:
        if re.search(pattern, words, re.IGNORECASE):
            return kind(sentence, detail)
    return RepositoryUnreachable("Git could not read the repository.", detail)
