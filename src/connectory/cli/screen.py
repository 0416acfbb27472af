"""How the command line talks: to a person on standard error, to a program on standard output."""

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from connectory.auth.administration import FirstStart
from connectory.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from rich.console import Console


class _Person:
    """The console a person reads, loaded with the first word to say."""

    @cached_property
    def console(self) -> "Console":
        from rich.console import Console

        return Console(stderr=True, highlight=False)

    def print(self, *objects: Any, **options: Any) -> None:
        self.console.print(*objects, **options)


person = _Person()


def fail(message: str, code: int = 1) -> NoReturn:
    person.print(f"[bold red]Error:[/] {message}", soft_wrap=True)
    raise SystemExit(code)


def show_json(document: Any) -> None:
    show_text(msgspec.json.encode(document).decode())


def show_text(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def show_first_start(first: FirstStart) -> None:
    credentials = first.credentials
    person.print("First start. These secrets are shown once and stored nowhere:", style="bold")
    person.print(f"  administrator    {first.administrator}")
    person.print(f"  password         {first.password}")
    person.print(f"  project          {credentials.project_key}")
    person.print(f"  client id        {credentials.client_id}")
    person.print(f"  client secret    {credentials.client_secret}")


def settings_from(**given: Any) -> Settings:
    """The settings of this command, or exit code 2 with what is wrong with them."""
    try:
        return load(os.environ, Path("connectory.toml"), **given)
    except SettingsError as problem:
        fail(str(problem), 2)
