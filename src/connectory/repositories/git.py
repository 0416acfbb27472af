"""Git on this machine: the commands, with the surroundings and the user they run with."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from connectory.repositories import commands
from connectory.repositories.address import Place
from connectory.repositories.cache import Cache
from connectory.repositories.running import Bounds, Outcome, Surroundings, run
from connectory.repositories.settings import GitSettings

HERE = Place("/", "none")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Git:
    """Runs commands in hardened surroundings; `host` is the environment we were started with."""

    cache: Cache
    settings: GitSettings
    host: Mapping[str, str]

    @property
    def run_as(self) -> tuple[int, int] | None:
        """The user and group Git runs as; changing it takes root."""
        return self.settings.run_as if os.geteuid() == 0 else None

    def surroundings(self, place: Place = HERE, held: int | None = None) -> Surroundings:
        """What Git gets for one place; `HERE` allows it no transport at all."""
        authorities = self.host.get("GIT_SSL_CAINFO") or self.host.get("SSL_CERT_FILE")
        text = commands.config_text(place, self.settings, authorities)
        ssh = commands.ssh_command(self.settings, self.cache.hosts)
        config = self.cache.config(text)
        variables = commands.environment(config, self.cache.home, place.protocol, ssh, self.host)
        return Surroundings(variables, self.cache.home, self.run_as, held)

    def run(
        self,
        arguments: list[str],
        bounds: Bounds,
        place: Place = HERE,
        held: int | None = None,
        more: Mapping[str, str] = NOTHING,
    ) -> Outcome:
        """Runs one command, with some variables `more`. Raises RepositoryUnreachable beyond its
        bounds."""
        surroundings = self.surroundings(place, held)
        variables = {**surroundings.environment, **more}
        return run(arguments, replace(surroundings, environment=variables), bounds)

    def resolve(self, repository: Path, name: str, bounds: Bounds) -> tuple[str, str] | None:
        """The commit and tree of a local name, None if it stands for no commit."""
        answer = self.run(commands.resolve(repository, name), bounds)
        ids = answer.output.decode(errors="replace").split()
        return (ids[0], ids[1]) if answer.status == 0 and len(ids) == 2 else None

    def listing(self, arguments: list[str], bounds: Bounds, limit: int) -> bytes:
        """The output of a listing of up to `limit` bytes. Raises OSError if there is none."""
        answer = self.run(arguments, replace(bounds, output=limit))
        if answer.status:
            raise OSError(f"git could not list a fetched commit: {answer.complaints[-500:]}")
        return answer.output
