"""A test run as its output tells it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failed:
    """One failing test. ``name`` has its groups before it; ``message`` is one line; ``path`` is as
    the runner writes it, below the application's folder when it can be made so."""

    name: str
    message: str
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Reading:
    """``broken`` are files of tests of which nothing ran, named by their path; ``total`` counts
    the tests, None when the runner did not say."""

    runner: str
    failed: tuple[Failed, ...]
    broken: tuple[Failed, ...] = ()
    total: int | None = None
