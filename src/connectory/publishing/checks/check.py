"""What every check is: its rules, what it reads, and what it finds."""

from dataclasses import dataclass
from typing import Any, Protocol

from connectory.findings import Examination, Rule
from connectory.publishing.checks.cache import CheckCache
from connectory.publishing.checks.candidate import Candidate
from connectory.sandbox import Sandbox
from connectory.settings import Settings


@dataclass(frozen=True)
class Bench:
    """What checks work with. Engines that parse what a stranger wrote run in ``sandbox``, without
    network; what they found out about one file can be kept in ``cache``."""

    sandbox: Sandbox
    cache: CheckCache
    settings: Settings


class Check(Protocol):
    """Looks at a candidate and yields findings: the same content, the same findings."""

    @property
    def name(self) -> str:
        """The first half of its rules' names."""

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def reads(self, candidate: Candidate, bench: Bench) -> Any:
        """Everything its findings depend on, as what JSON can say: the content it reads, its own
        version, the database it judges by. Equal answers make ``examine`` be left out."""

    async def examine(self, candidate: Candidate, bench: Bench) -> Examination:
        """Blocking work belongs in a thread, a parser of strangers' files in the sandbox. Whatever
        the files hold is a finding or nothing; an exception means that the platform failed."""
