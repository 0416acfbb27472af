"""Which folder a build wrote its site to: decisions on names. Pure."""

import re
import shlex
from collections.abc import Mapping

FOLDERS = ("public", "dist", "build", "out")
"""Where builds write to, by how often real ones do (the official templates: ``public``)."""
PAGE = "index.html"
LOOKED_FOR = f"{', '.join(FOLDERS[:-1])} and {FOLDERS[-1]}"
SERVERS = frozenset({"serve", "http-server", "sirv"})
VALUED = frozenset({"-l", "--listen", "-p", "--port", "-a", "-c", "--config", "-H", "--host"})
"""Options of these servers that take a value of their own."""
COMMANDS = re.compile(r"&&|\|\||[;|&\n]")

Files = Mapping[str, int]


def named(start: str) -> str | None:
    """The folder that a start script serves: ``serve public -l 8080`` serves ``public``, and
    ``serve`` alone the application's own folder, which is ""."""
    for command in COMMANDS.split(start):
        words = _words(command)
        for number, word in enumerate(words):
            if word in SERVERS:
                return _folder(words[number + 1 :])
    return None


def chosen(folders: Mapping[str, Files], start: str, *, page: bool) -> str | None:
    """The folder to serve, among ``folders`` with the sizes of their files by name; None when there
    is none. ``page``: it has to have an ``index.html``.

    The one that the start script names, else the first. A folder is passed over for another one
    that has all of its files and more: a bundler copied it there (``public`` into ``dist``).
    """
    fit = {name: files for name, files in folders.items() if files and (PAGE in files or not page)}
    wanted = None if page else named(start)
    if wanted is not None and wanted in fit:
        return wanted
    usual = [name for name in FOLDERS if name in fit]
    for name in usual:
        if not any(fit[name].keys() < fit[other].keys() for other in usual):
            return name
    return None


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _folder(words: list[str]) -> str:
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = word in VALUED
            continue
        return "" if word == "." else word.removeprefix("./").strip("/")
    return ""
