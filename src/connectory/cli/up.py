"""``connectory up``: the whole platform in one command."""

import gc
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connectory.cli.screen import fail, person, settings_from, show_first_start
from connectory.settings import Settings

if TYPE_CHECKING:
    from connectory.main import Platform

Host = Annotated[str | None, typer.Option(help="The address to listen on [default: 127.0.0.1].")]
Port = Annotated[int | None, typer.Option(help="The port to listen on [default: 8080].")]
Data = Annotated[
    str | None, typer.Option(help="The directory that holds everything [default: ./.connectory].")
]


def up(host: Host = None, port: Port = None, data: Data = None) -> None:
    """Run the platform: API, tokens, gateway and workers, until it is told to stop.

    An empty directory is set up; after a crash the same command goes on where it was.
    """
    settings = settings_from(host=host, port=port, data=data)
    # loaded here: the other commands start faster without the whole platform
    from connectory.main import serve
    from connectory.telemetry import configure_logging
    from connectory.workshop import AlreadyRunningError

    configure_logging(settings.log_level)

    def announce(platform: "Platform") -> None:
        gc.freeze()
        gc.enable()
        _introduce(platform)
        sys.stdout.write(f"Connectory is ready at {settings.origin}\n")
        sys.stdout.flush()

    try:
        _run(serve(settings, announce))
    except AlreadyRunningError as problem:
        fail(str(problem))
    except OSError as problem:
        fail(_cannot_listen(settings, problem))


def _run(serving: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(serving)


def _introduce(platform: "Platform") -> None:
    """What a person should see once: warnings of this machine, and the first start's secrets."""
    for warning in platform.warnings:
        person.print(f"[bold yellow]Warning:[/] {warning}", soft_wrap=True)
    if platform.first_start:
        show_first_start(platform.first_start)


def _cannot_listen(settings: Settings, problem: OSError) -> str:
    return (
        f"Cannot listen on {settings.host}:{settings.port}: {problem.strerror or problem}. "
        "Choose another address with --host and --port."
    )
