"""Pages for creators, clients and reviewers: every read and every action is a call of the API."""


def is_page(path: str) -> bool:
    """Whether an address is a page's. A Project may be called ``console`` or ``marketplace``: its
    Deployments are the API's."""
    first, _, rest = path.lstrip("/").partition("/")
    return first in {"console", "marketplace"} and rest.partition("/")[0] != "deployments"
