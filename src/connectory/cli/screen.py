"""How the command line talks: to a person on standard error, to a program on standard output."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from rich.console import Console

from connectory.auth.administration import FirstStart
from connectory.settings import Settings, SettingsError, load

person = Console(stderr=True, highlight=False)


def fail(message: str, code: int = 1) -> NoReturn:
    person.print(f"[bold red]Error:[/] {message}", soft_wrap=True)
    raise SystemExit(code)


def show_json(document: Any) -> None:
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")


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
