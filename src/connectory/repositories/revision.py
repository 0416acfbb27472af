"""What a fetch gives back, and the two ways it can fail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Revision:
    """One commit of one repository, already on this machine.

    `commit` and `tree` are 40 hexadecimal digits; `tag` is the name that was asked for.
    """

    url: str
    tag: str
    commit: str
    tree: str


class RepositoryError(Exception):
    """Something about a repository that its owner should hear.

    `cause` is one plain sentence for the creator. `detail` is what Git said, for the operator's
    log only: the other side may have written it.
    """

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.detail = detail


class RepositoryUnreachable(RepositoryError):  # noqa: N818 - named for what happened
    """The repository, or the tag in it, could not be had: network, access, time or size."""


class RepositoryRefused(RepositoryError):  # noqa: N818 - named for what happened
    """The address, the tag or the content is something we will not touch."""
