"""Installing through the sandbox's registry front, and leaving no trace of it: decisions on text.

The front serves the configured registry at another address. Each package manager must be led there
without its result saying so: what an install writes is what it would have written without us.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from connectory.toolchains.managers import Kind, Manager

PUBLIC = ("https://registry.yarnpkg.com", "https://registry.npmjs.org")
"""Two names of one registry, for whose addresses in a lockfile npm asks the configured one too."""
IDENTITY = re.compile(
    r"_auth|_password|npmAuth|always-auth|npmAlwaysAuth|certfile|keyfile|\bcert\b"
)
"""Settings that say who asks. They are for the registry's own name and would not be sent."""
RESOLVED = re.compile(
    r'^(?P<before>  resolved ")(?P<address>https://[^"\s]+)(?P<after>")$', re.MULTILINE
)
TRACES = (".yarn-integrity", ".modules.yaml", ".package-lock.json", ".yarn-state.yml")
"""Files in node_modules in which a manager may note where packages came from."""


def fronted(manager: Manager, settings: Iterable[str]) -> bool:
    """Whether the front can stand for the registry: not when the project's settings sign in, and
    not when a lockfile would have to be made, into which its address would go (npm writes that of
    the registry even so)."""
    made = manager.lockfile is None and manager.kind is not Kind.NPM
    return not made and not any(IDENTITY.search(text) for text in settings)


def environment(kind: Kind, front: str) -> dict[str, str]:
    """The variables that lead a manager to the front. Both yarns would take their proxy for plain
    HTTP, which leads to the outside, even for a place on the loopback."""
    if kind is Kind.YARN:
        return {"npm_config_registry": front, "npm_config_proxy": ""}
    if kind is Kind.BERRY:
        host = urlsplit(front).hostname or ""
        own = {"YARN_NPM_REGISTRY_SERVER": front, "YARN_UNSAFE_HTTP_WHITELIST": host}
        return {**own, "YARN_HTTP_PROXY": ""}
    return {"npm_config_registry": front}


def led(lock: str, front: str, registry: str) -> tuple[str, dict[str, str]]:
    """A lockfile of yarn 1 with the addresses of packages in the registry at the front, and the
    address that each of these stands for. Checksums stay: yarn holds the front to them."""
    places = (*PUBLIC, registry.rstrip("/"))
    stands_for: dict[str, str] = {}

    def leading(match: re.Match[str]) -> str:
        address = match[2]
        for place in places:
            if address.startswith(f"{place}/"):
                there = front + address.removeprefix(place)
                stands_for.setdefault(there, address)
                return f"{match[1]}{there}{match[3]}"
        return match[0]

    return RESOLVED.sub(leading, lock), stands_for


def honest(text: str, front: str, registry: str, stands_for: Mapping[str, str]) -> str:
    """What a manager wrote or said, with the registry's addresses in place of the front's."""
    address = re.compile(re.escape(front) + r"(?![0-9])[^\s\"'`,;)\]}]*")

    def named(match: re.Match[str]) -> str:
        plain = registry.rstrip("/") + match[0].removeprefix(front)
        return stands_for.get(match[0], plain)

    return address.sub(named, text)
