"""The rules that ast-grep is given, read once from a file that ships with us."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

_SEPARATOR = re.compile(r"^---\s*$", re.MULTILINE)
_LANGUAGE = re.compile(r"^language: TypeScript$", re.MULTILINE)


@dataclass(frozen=True)
class Patterns:
    """ast-grep's rule documents as one text.

    A rule with ``language: TypeScript`` is for all of JavaScript and TypeScript: it is written
    once and given to the engine twice, as the grammar with JSX is one of its own.
    ``shared`` is a file with the ``utils`` that such rules may name by ``matches``: the engine
    knows them by document only.
    """

    text: str

    @classmethod
    def read(cls, *files: Path, shared: Path | None = None) -> Self:
        """Rule files of ast-grep, each with one or more documents. Blocks on the disk."""
        utils = shared.read_text("utf-8") if shared else ""
        documents = (
            document.strip("\n") + "\n"
            for file in files
            for document in _SEPARATOR.split(file.read_text("utf-8"))
        )
        return cls("---\n".join(twin for each in documents for twin in _twins(each, utils)))

    @cached_property
    def digest(self) -> str:
        """Names these rules: others find other things."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def _twins(document: str, utils: str) -> tuple[str, ...]:
    document += utils if "matches: " in document else ""
    other = _LANGUAGE.sub("language: Tsx", document)
    return (document,) if other == document else (document, other)
