"""Reading the whole log again: what was changed in it, whoever changed it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from connectory.attestations import merkle
from connectory.attestations.documents import Malformed, decoded
from connectory.attestations.envelope import Envelope
from connectory.attestations.keys import KeyRing
from connectory.attestations.merkle import SIZE
from connectory.attestations.problems import Fault, Problem
from connectory.attestations.proofs import Head, head_of
from connectory.attestations.tables import attestation_log as table


def audit(
    connection: Connection, trusted: KeyRing, kept: tuple[Head, ...] = ()
) -> tuple[Problem, ...]:
    """Everything that does not match. ``kept`` are heads that were seen before: without one,
    nobody can tell that the newest entries are gone. Reads every entry."""
    return tuple(_audited(connection, trusted, {one.size: one for one in kept}))


def _audited(connection: Connection, trusted: KeyRing, kept: dict[int, Head]) -> Iterator[Problem]:
    expected, edge, earlier = 0, list[tuple[int, bytes]](), ""
    for row in connection.execute(select(table).order_by(table.c.number)):
        where = f"log[{row.number}]"
        if row.number != expected:
            what = f"entry {expected} is missing: what comes after it cannot be checked"
            yield Problem(Fault.LOG_GAP, where, what)
            return
        made = _grown(edge, merkle.leaf(row.entry.encode()))
        expected += 1
        if row.nodes[: 2 * SIZE] != merkle.leaf(row.entry.encode()).hex():
            yield Problem(Fault.LOG_ENTRY, where, "the entry is not the one that was added")
        elif row.nodes != b"".join(made).hex():
            yield Problem(Fault.LOG_ENTRY, where, "the hashes kept with it are not those before")
        head, problems = _head(row.head, trusted, f"{where}.head")
        yield from problems
        yield from _top(head, edge, expected, f"{where}.head", kept)
        if head.time < earlier:
            yield Problem(Fault.LOG_TIME, f"{where}.head", "it is older than the one before")
        earlier = head.time
    for size in sorted(one for one in kept if one > expected):
        what = f"{size} entries were seen, and {expected} are left"
        yield Problem(Fault.LOG_GAP, "log", what)


def _grown(edge: list[tuple[int, bytes]], hashed: bytes) -> list[bytes]:
    """Adds a leaf to the right edge of the tree: (height, hash) of its full subtrees."""
    made, height = [hashed], 0
    while edge and edge[-1][0] == height:
        made.append(merkle.joined(edge.pop()[1], made[-1]))
        height += 1
    edge.append((height, made[-1]))
    return made


def _head(text: str, trusted: KeyRing, where: str) -> tuple[Head, list[Problem]]:
    try:
        return head_of(decoded(text.encode(), Envelope), trusted, where)
    except Malformed as problem:
        empty = Head(size=0, root="", time="")
        return empty, [Problem(Fault.UNREADABLE, where, str(problem))]


def _top(
    head: Head, edge: list[tuple[int, bytes]], size: int, where: str, kept: dict[int, Head]
) -> Iterator[Problem]:
    top = edge[-1][1]
    for _, before in reversed(edge[:-1]):
        top = merkle.joined(before, top)
    if (head.size, head.root) != (size, top.hex()):
        yield Problem(Fault.LOG_FORK, where, "the entries up to here are not those it was made of")
    if size in kept and kept[size].root != top.hex():
        yield Problem(Fault.LOG_FORK, where, f"another log of {size} entries was seen before")
