"""Which repository addresses and tags are taken, and where an address leads: pure decisions.

The forms are those of the platform: `https://host/path`, `git@host:path` and
`ssh://git@host/path`; its clients add `.git` at the end.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectory.repositories.revision import RepositoryRefused

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = rf"{LABEL}(?:\.{LABEL})*"
PATH = r"[A-Za-z0-9_.~@+/-]+"
USER = r"[A-Za-z0-9_.][A-Za-z0-9_.-]*"
FORMS = {
    "https": re.compile(rf"https://{HOST}(?::[0-9]{{1,5}})?/{PATH}"),
    "ssh": re.compile(rf"ssh://{USER}@{HOST}(?::[0-9]{{1,5}})?/{PATH}|{USER}@{HOST}:(?!-){PATH}"),
}
LOCAL = re.compile(r"(?:file://)?/[^\0-\x1f\x7f]*")
TAG = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_.@/-]{0,254}")
UNFIT_TAG = re.compile(r"//|/\.|\.lock(?:/|$)|[/.]$")
LONGEST_URL = 2048


@dataclass(frozen=True)
class Place:
    """Where Git really goes for a URL: an address, and the only transport it may use."""

    address: str
    protocol: str

    @property
    def is_local(self) -> bool:
        return self.protocol == "file"


def check_url(url: str, allow_local: bool) -> None:
    """Raises RepositoryRefused unless the URL has one of the accepted forms.

    The message never repeats the URL: it may carry a password.
    """
    if len(url) > LONGEST_URL:
        raise RepositoryRefused(f"The repository URL is longer than {LONGEST_URL} characters.")
    if any(character.isspace() or not character.isprintable() for character in url):
        raise RepositoryRefused("The repository URL contains spaces or control characters.")
    if has_credentials(url):
        raise RepositoryRefused(
            "The repository URL contains credentials; use the SSH form for a private repository."
        )
    if ".." in re.split(r"[/:]", url):
        raise RepositoryRefused("The repository URL contains '..'.")
    if any(form.fullmatch(url) for form in FORMS.values()):
        return
    if not LOCAL.fullmatch(url):
        raise RepositoryRefused(
            "The repository URL must look like https://host/owner/name.git or "
            "git@host:owner/name.git."
        )
    if not allow_local:
        raise RepositoryRefused("Repositories on this machine's own disk are not allowed here.")


def has_credentials(url: str) -> bool:
    """Whether a URL carries a password, or, over http, anything before an `@`: often a token."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return False
    user, at, _ = rest.split("/", 1)[0].rpartition("@")
    return bool(at) and (":" in user or scheme.lower() != "ssh")


def check_tag(tag: str) -> None:
    """Raises RepositoryRefused unless the tag is one the platform takes and Git can have.

    The pattern is that of the platform's clients; the rest is `git check-ref-format`.
    """
    if not TAG.fullmatch(tag) or UNFIT_TAG.search(tag):
        raise RepositoryRefused(
            "The tag must begin with a letter or digit, have at most 255 characters of letters, "
            "digits, '_', '.', '@', '/' and '-', and be a valid Git name."
        )


def place_of(url: str, mirrors: Mapping[str, str]) -> Place:
    """Where an accepted URL leads, mirrors applied as by `insteadOf`: the longest prefix wins."""
    fitting = [prefix for prefix in mirrors if url.startswith(prefix)]
    address = url
    if fitting:
        prefix = max(fitting, key=len)
        address = joined(mirrors[prefix], url[len(prefix) :])
    return Place(address.removeprefix("file://"), protocol_of(address))


def joined(base: str, rest: str) -> str:
    """A mirror's base and what follows the prefix. A folder gets its slash if it lacks one."""
    if base.startswith("/") and not base.endswith("/") and not rest.startswith("/"):
        return f"{base}/{rest}"
    return base + rest


def protocol_of(address: str) -> str:
    """The transport an address needs, in the words of GIT_ALLOW_PROTOCOL."""
    if address.startswith(("/", "file:")):
        return "file"
    return urlsplit(address).scheme if "://" in address else "ssh"


def spellings(path: str) -> tuple[str, ...]:
    """The folders a repository may lie in: with and without `.git`, as asked first."""
    path = path.rstrip("/")
    other = path.removesuffix(".git") if path.endswith(".git") else path + ".git"
    return path, other
