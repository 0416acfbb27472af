"""Where a file of a commit can be read: at the hosts whose addresses are known."""

import re
from urllib.parse import quote, urlsplit

SSH = re.compile(r"(?:ssh://)?git@([A-Za-z0-9.-]+)[:/](.+)")
HOSTS = {
    "github.com": ("blob/{commit}/{path}", "#L{line}"),
    "gitlab.com": ("-/blob/{commit}/{path}", "#L{line}"),
    "bitbucket.org": ("src/{commit}/{path}", "#lines-{line}"),
}


def source(repository: str, commit: str, path: str | None, line: int | None = None) -> str:
    """The address of the file at this commit; "" at a host that we do not know."""
    host, name = _place(repository)
    if not path or host not in HOSTS:
        return ""
    file, at = HOSTS[host]
    place = file.format(commit=quote(commit, safe=""), path=quote(path))
    anchor = at.format(line=int(line)) if line else ""
    return f"https://{host}/{quote(name)}/{place}{anchor}"


def home(repository: str) -> str:
    """The repository's own page; "" when it has none on the web."""
    host, name = _place(repository)
    return f"https://{host}/{quote(name)}" if name else ""


def _place(repository: str) -> tuple[str, str]:
    """Host and path of a repository, however its URL is written; credentials are no part of it."""
    if found := SSH.fullmatch(repository):
        host, path = found[1], found[2]
    else:
        parts = urlsplit(repository)
        host, path = parts.hostname or "", parts.path
        if parts.scheme not in {"http", "https"}:
            return "", ""
    return host.lower(), path.strip("/").removesuffix(".git")
