"""The log: entries are added, proven, and never changed without being found out."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from tests.attestations.conftest import World

from connectory.attestations import log
from connectory.attestations.audit import audit
from connectory.attestations.documents import canonical, decoded
from connectory.attestations.envelope import Envelope
from connectory.attestations.problems import Fault
from connectory.attestations.proofs import HEAD, Head, head_of
from connectory.attestations.tables import attestation_log as table
from connectory.wire import replace


def test_a_sound_log_passes_its_audit(world: World) -> None:
    assert world.size() == 3
    heads = kept(world)
    assert world.database.read_blocking(lambda c: audit(c, world.signing.ring, heads)) == ()


def test_the_audit_of_an_empty_log_finds_nothing(world: World) -> None:
    world.database.write_blocking(lambda c: tampering(c, delete(table)))
    assert world.database.read_blocking(lambda c: audit(c, world.signing.ring)) == ()
    assert world.database.read_blocking(log.head) is None


@pytest.mark.parametrize("statement", [delete(table), update(table).values(entry="{}")])
def test_the_database_refuses_to_change_it(world: World, statement: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        world.database.write_blocking(lambda c: c.execute(statement))


def test_who_add_at_the_same_time_get_different_numbers(world: World) -> None:
    threads = [
        threading.Thread(target=lambda: [world.issue(world.granted) for _ in range(5)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.size() == 23
    assert world.database.read_blocking(lambda c: audit(c, world.signing.ring)) == ()


def test_entries_come_in_their_order(world: World) -> None:
    found = world.database.read_blocking(lambda c: log.entries(c, 1, 5))
    assert len(found) == 2
    assert decoded(found[0].encode(), Envelope) == world.bundle().certificate


def test_what_is_not_there_has_no_proof(world: World) -> None:
    with pytest.raises(LookupError, match="no entry 9"):
        world.database.read_blocking(lambda c: log.included(c, 9))


def _changed(c: Connection, _world: World) -> None:
    entry = decoded(rows(c)[1].entry.encode(), Envelope)
    other = replace(entry, payload=entry.payload[:-4] + "AAAA")
    _set(c, 1, entry=canonical(other).decode())


def _removed(c: Connection, _world: World) -> None:
    c.execute(delete(table).where(table.c.number == 1))


def _closed_gap(c: Connection, _world: World) -> None:
    c.execute(delete(table).where(table.c.number == 1))
    c.execute(update(table).where(table.c.number == 2).values(number=1))


def _reordered(c: Connection, _world: World) -> None:
    first, second = rows(c)[:2]
    _set(c, 0, entry=second.entry)
    _set(c, 1, entry=first.entry)


def _cut(c: Connection, _world: World) -> None:
    c.execute(delete(table).where(table.c.number == 2))


def _other_hashes(c: Connection, _world: World) -> None:
    nodes = rows(c)[1].nodes
    _set(c, 1, nodes=nodes[:64] + "00" * 32)


def _other_head(c: Connection, world: World) -> None:
    _set(c, 2, head=rows(c)[1].head)


def _forged_head(c: Connection, world: World) -> None:
    head = Head(size=3, root="00" * 32, time="2099-01-01T00:00:00.000Z")
    signed = world.signing.sign(canonical(head), HEAD)
    _set(c, 2, head=canonical(signed).decode())


def _unsigned_head(c: Connection, _world: World) -> None:
    head = decoded(rows(c)[2].head.encode(), Envelope)
    _set(c, 2, head=canonical(replace(head, signatures=())).decode())


def _no_head(c: Connection, _world: World) -> None:
    _set(c, 2, head="{")


def _rewritten(c: Connection, world: World) -> None:
    """By who has the key: everything fits, but for the head that somebody kept."""
    found = [decoded(row.entry.encode(), Envelope) for row in rows(c)]
    c.execute(delete(table))
    for entry in reversed(found):
        log.append(c, world.signing, entry)


Tampering = Callable[[Connection, World], None]
WAYS: dict[str, tuple[Tampering, Fault]] = {
    "an entry is changed": (_changed, Fault.LOG_ENTRY),
    "an entry is removed": (_removed, Fault.LOG_GAP),
    "an entry is removed and the gap closed": (_closed_gap, Fault.LOG_ENTRY),
    "two entries are swapped": (_reordered, Fault.LOG_ENTRY),
    "the newest entry is removed": (_cut, Fault.LOG_GAP),
    "kept hashes are changed": (_other_hashes, Fault.LOG_ENTRY),
    "a head is another entry's": (_other_head, Fault.LOG_FORK),
    "a head is forged with the key": (_forged_head, Fault.LOG_FORK),
    "a head is not signed": (_unsigned_head, Fault.SIGNATURE),
    "a head is no document": (_no_head, Fault.UNREADABLE),
    "the log is written anew with the key": (_rewritten, Fault.LOG_FORK),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_audit_finds_what_was_changed(world: World, way: str) -> None:
    tamper, fault = WAYS[way]
    heads = kept(world)

    def work(c: Connection) -> None:
        allow(c)
        tamper(c, world)

    world.database.write_blocking(work)
    found = world.database.read_blocking(lambda c: audit(c, world.signing.ring, heads))
    assert fault in {one.fault for one in found}, found


def kept(world: World) -> tuple[Head, ...]:
    """The head that somebody wrote down."""
    signed = world.database.read_blocking(log.head)
    assert signed is not None
    head, problems = head_of(signed, world.signing.ring, "head")
    assert problems == []
    return (head,)


def rows(c: Connection) -> list[Any]:
    return list(c.execute(select(table).order_by(table.c.number)))


def _set(c: Connection, number: int, **values: str) -> None:
    c.execute(update(table).where(table.c.number == number).values(**values))


def allow(c: Connection) -> None:
    """As whoever owns the database can."""
    if c.dialect.name == "sqlite":
        c.execute(text("DROP TRIGGER attestation_log_update"))
        c.execute(text("DROP TRIGGER attestation_log_delete"))
    else:
        c.execute(text("DROP TRIGGER attestation_log_append_only ON attestation_log"))


def tampering(c: Connection, statement: Any) -> None:
    allow(c)
    c.execute(statement)
