"""What the database says of runs and steps, read from outside while the platform writes."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

LOOK_EVERY = 0.004


@dataclass(frozen=True)
class Step:
    attempts: int
    outcome: str | None
    """None while it runs."""


@dataclass(frozen=True, order=True)
class Boundary:
    """A place where a run can be cut: in either of two branches, which run side by side."""

    step: str
    edge: str
    """``begins`` or ``ends``."""


Steps = dict[str, Step]


def boundaries(steps: Steps) -> set[Boundary]:
    return {Boundary(_without_branch(name), edge) for name in steps for edge in ("begins", "ends")}


def reached(before: Steps, now: Steps) -> set[Boundary]:
    """The boundaries that the run stands at, having come there since ``before``."""
    return {
        Boundary(_without_branch(name), "ends" if step.outcome else "begins")
        for name, step in now.items()
        if step != before.get(name)
    }


def _without_branch(name: str) -> str:
    return name.split(maxsplit=1)[0]


# a trigger takes no WITH, but reads a view that has one
LINGER = """
CREATE VIEW count_to_many AS
  WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < 150000)
  SELECT max(n) AS many FROM count;
CREATE TRIGGER linger_before_it_begins BEFORE INSERT ON run_steps
  BEGIN SELECT many FROM count_to_many; END;
CREATE TRIGGER linger_before_it_ends BEFORE UPDATE ON run_steps
  BEGIN SELECT many FROM count_to_many; END;
"""


def linger(data: Path) -> None:
    """From now on each boundary can be seen for a while: the platform's database takes some 50 ms
    of processor time before it writes the next."""
    with closing(sqlite3.connect(data / "connectory.db", timeout=100)) as connection:
        connection.executescript(LINGER)


class History:
    """A read-only look into a platform's database, running or not."""

    def __init__(self, data: Path) -> None:
        self._connection = sqlite3.connect(
            f"file:{data / 'connectory.db'}?mode=ro", uri=True, timeout=100
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def run_of(self, resource: str, workflow: str) -> str:
        """The id of the resource's latest run of this kind."""
        query = (
            "SELECT id FROM runs WHERE resource_id = ? AND workflow = ? ORDER BY created_at DESC"
        )
        return str(self._connection.execute(query, (resource, workflow)).fetchone()[0])

    def state(self, run: str) -> str:
        query = "SELECT state FROM runs WHERE id = ?"
        return str(self._connection.execute(query, (run,)).fetchone()[0])

    def steps(self, run: str) -> Steps:
        query = "SELECT name, attempts, outcome FROM run_steps WHERE run_id = ? ORDER BY position"
        rows = self._connection.execute(query, (run,))
        return {name: Step(attempts, outcome) for name, attempts, outcome in rows}

    def count(self, table: str, where: str = "1") -> int:
        return int(
            self._connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0]
        )

    def column(self, query: str) -> list[object]:
        return [row[0] for row in self._connection.execute(query)]

    def wait(self, found: Callable[[], bool], seconds: float = 200) -> bool:
        """Looks some two hundred times a second; False when it never came."""
        until = time.monotonic() + seconds
        while not found():
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_EVERY)
        return True
