"""People of organizations, as they call the API: by name and password."""

import base64
from typing import Any

from tests.api.conftest import Answer, Api

MEMBERS = "/platform/members"


class Person:
    """Somebody with a password."""

    def __init__(self, api: Api, name: str, password: str) -> None:
        self.api = api
        self.name = name
        self.password = password

    def send(self, method: str, path: str, document: Any = None) -> Answer:
        return self.api.send(method, path, document, headers=basic(self.name, self.password))

    def add(self, name: str, role: str = "member") -> "Person":
        """Somebody else, in the same organization."""
        made = self.send("POST", MEMBERS, {"name": name, "role": role})
        assert made.status == 201, made
        assert made.headers["cache-control"] == "no-store"
        return Person(self.api, name, made.body["password"])


def administrator(api: Api) -> Person:
    """The first one, of the organization that runs the platform."""
    return Person(api, api.first.administrator, api.first.password)


def founded(api: Api, key: str) -> Person:
    """The administrator of a new organization."""
    made = administrator(api).send("POST", "/platform/organizations", {"key": key})
    assert made.status == 201, made
    return Person(api, made.body["administrator"], made.body["password"])


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"}
