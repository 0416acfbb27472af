"""What is wrong with a connect.yaml, said so that its author can fix it."""

from dataclasses import dataclass

Path = tuple[str | int, ...]

LONGEST_QUOTATION = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the file.

    `path` leads from the root to the field; the empty path is the whole file. `line` and `column`
    count from 1 and point at the field, or at what should have contained it. `hint` says how to
    fix it, where that is not obvious from the message.
    """

    path: Path
    message: str
    line: int = 1
    column: int = 1
    hint: str | None = None

    def __str__(self) -> str:
        where = ".".join(str(step) for step in self.path) or "file content"
        return f"[{where}]: {self.message}"


class SpecificationInvalid(Exception):  # noqa: N818 (it is an answer about a file, not a mishap)
    """The connect.yaml breaks at least one rule; `problems` holds all of them, in order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def quoted(text: str, limit: int = LONGEST_QUOTATION) -> str:
    """Text from the file as a message may repeat it: never longer than `limit` characters.

    Without a limit, a hostile file could turn one long value and many aliases of it into a report
    a hundred times its own size.
    """
    return text if len(text) <= limit else text[:limit] + "…"
