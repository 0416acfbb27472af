"""Git sources: a repository URL and a tag become a commit, and its files, safely."""

from connectory.repositories.address import check_tag, check_url
from connectory.repositories.revision import (
    RepositoryError,
    RepositoryRefused,
    RepositoryUnreachable,
    Revision,
)
from connectory.repositories.settings import GitSettings
from connectory.repositories.store import Repositories

__all__ = [
    "GitSettings",
    "Repositories",
    "RepositoryError",
    "RepositoryRefused",
    "RepositoryUnreachable",
    "Revision",
    "check_tag",
    "check_url",
]
