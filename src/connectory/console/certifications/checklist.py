"""A checklist as its page shows it: grouped, counted, with what is still asked for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from connectory.certification.checklist import Kind
from connectory.certification.deciding import EVIDENCE
from connectory.certification.review import Verdict

Document = Mapping[str, Any]
KINDS = {
    Kind.AUTOMATIC: "Automatic: the evidence decides",
    Kind.CONFIRMED: "Automatic, with a person's confirmation",
    Kind.PERSON: "A person decides",
}
SAID = {Verdict.MET: "Met", Verdict.UNMET: "Not met", Verdict.UNKNOWN: "Open"}
TONES = {Verdict.MET: "good", Verdict.UNMET: "bad", Verdict.UNKNOWN: "look"}
TAG = "tag-stays"
"""The requirement that says whether the tag still names the commit."""
MOVED = "The tag has moved"
"""How its evidence begins when it does not."""


@dataclass(frozen=True)
class Item:
    """One requirement on the page. ``line`` is the wire's own, ``asks``: a person may answer it."""

    line: Document
    asks: bool

    @property
    def name(self) -> str:
        return str(self.line["requirement"])

    @property
    def decision(self) -> Verdict:
        return Verdict(self.line["decision"])

    @property
    def said(self) -> str:
        return SAID[self.decision]

    @property
    def tone(self) -> str:
        return TONES[self.decision]

    @property
    def seen(self) -> str:
        """What the evidence says by itself."""
        return {
            Verdict.MET: "says it is met",
            Verdict.UNMET: "says it is not met",
            Verdict.UNKNOWN: "cannot tell",
        }[Verdict(self.line["observation"]["verdict"])]

    @property
    def kind(self) -> str:
        return KINDS[Kind(self.line["kind"])]

    @property
    def by_evidence(self) -> bool:
        return bool(self.line["decidedBy"] == EVIDENCE)

    @property
    def carried(self) -> bool:
        """Answered in the certification before, on what has not changed since."""
        answer = self.line["answer"]
        return bool(answer and answer["carriedFrom"]) and not self.by_evidence

    @property
    def is_open(self) -> bool:
        return self.decision is Verdict.UNKNOWN

    @property
    def stands(self) -> bool:
        """Whether a re-certification has nothing to do for it."""
        return self.decision is Verdict.MET and (self.carried or self.by_evidence)


@dataclass(frozen=True)
class Group:
    """The requirements under one heading."""

    heading: str
    items: tuple[Item, ...]

    @property
    def met(self) -> int:
        return sum(one.decision is Verdict.MET for one in self.items)


@dataclass(frozen=True)
class Progress:
    """How far a checklist is."""

    total: int
    open: tuple[Item, ...]
    unmet: tuple[Item, ...]

    @property
    def decided(self) -> int:
        return self.total - len(self.open)

    @property
    def complete(self) -> bool:
        """Whether a grant is possible."""
        return not self.open and not self.unmet


def items(lines: Iterable[Document]) -> tuple[Item, ...]:
    return tuple(Item(one, _asks(one)) for one in lines)


def groups(shown: Sequence[Item]) -> tuple[Group, ...]:
    """In the order of the checklist, which keeps headings together."""
    headed = groupby(shown, key=lambda one: str(one.line["heading"]))
    return tuple(Group(heading, tuple(found)) for heading, found in headed)


def progress(whole: Sequence[Item]) -> Progress:
    return Progress(
        total=len(whole),
        open=tuple(one for one in whole if one.is_open),
        unmet=tuple(one for one in whole if one.decision is Verdict.UNMET),
    )


def tag_moved(whole: Sequence[Item]) -> str:
    """What the evidence says of a tag that names another commit now; "" while it does not."""
    sights = next((one.line["observation"]["sights"] for one in whole if one.name == TAG), ())
    return next((str(one["text"]) for one in sights if one["text"].startswith(MOVED)), "")


def _asks(line: Document) -> bool:
    """The rule of the API: what the evidence decides is for nobody to overrule."""
    blind = line["observation"]["verdict"] == Verdict.UNKNOWN
    return bool(blind or line["kind"] != Kind.AUTOMATIC)
