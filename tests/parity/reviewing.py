"""A reviewer beside the official clients, which know nothing of one."""

import dataclasses
import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import msgspec
from tests.parity.support import PROJECT, Platform

from connectory.auth.administration import Credentials

PATH = "/platform/certifications"


class Reviewer:
    """Works on the certification of the draft with this key."""

    def __init__(self, platform: Platform, key: str) -> None:
        self._platform = dataclasses.replace(platform, credentials=_credentials(platform))
        self._token = str(self._platform.token()["access_token"])
        draft = self._read(f"/connectors/drafts/key={key}", str(platform.token()["access_token"]))
        page = self._read(f"{PATH}?connectorId={draft['id']}", self._token)
        self._path = f"{PATH}/{page['results'][0]['id']}"

    @property
    def version(self) -> int:
        return int(self._read(self._path, self._token)["review"]["version"])

    def do(self, act: str, **fields: Any) -> None:
        """``urllib.error.HTTPError`` when it is refused."""
        request = urllib.request.Request(
            f"{self._platform.url}{self._path}/{act}",
            data=json.dumps(fields).encode(),
            headers={"Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=100) as response:
            assert response.status == 200

    def _read(self, path: str, token: str) -> dict[str, Any]:
        found = self._platform.get(path, token)
        assert found is not None
        return found


def _credentials(platform: Platform) -> Credentials:
    program = str(Path(sys.executable).with_name("connectory"))
    command = (program, "api-client", "create", "--project", PROJECT, "--json",
               "--scope", "manage_certifications", "--data", str(platform.data))  # fmt: skip
    made = subprocess.run(command, check=True, capture_output=True).stdout
    return msgspec.json.decode(made, type=Credentials)
