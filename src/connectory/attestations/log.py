"""The append-only log of certificates: each entry, its place, and a signed head after each.

Every head commits to all entries before it, so whoever keeps one head notices when any of them is
changed, taken away, moved, or when somebody else is shown another log.
"""

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, select, text

from connectory.attestations import merkle
from connectory.attestations.documents import canonical, decoded
from connectory.attestations.envelope import Envelope
from connectory.attestations.merkle import SIZE
from connectory.attestations.proofs import HEAD, Consistency, Head, Inclusion, said
from connectory.attestations.signing import Signing
from connectory.attestations.tables import attestation_log as table
from connectory.wire import now, timestamp


def append(connection: Connection, signing: Signing, entry: Envelope) -> int:
    """Adds an entry, gives its number. In the caller's transaction: it is there when that is."""
    if connection.dialect.name == "postgresql":
        # Two who add at the same time would both take the next number.
        connection.execute(text("LOCK TABLE attestation_log IN EXCLUSIVE MODE"))
    number, node = size(connection), nodes_of(connection)
    written = canonical(entry)
    made = merkle.completed(node, number, merkle.leaf(written))
    top = merkle.root(_with(node, number, made), number + 1)
    head = Head(size=number + 1, root=top.hex(), time=timestamp(now()))
    signed = signing.sign(canonical(head), HEAD)
    connection.execute(
        insert(table).values(
            number=number,
            entry=written.decode(),
            nodes=b"".join(made).hex(),
            head=canonical(signed).decode(),
        )
    )
    return number


def size(connection: Connection) -> int:
    """How many entries there are."""
    last: int | None = connection.execute(select(func.max(table.c.number))).scalar()
    return 0 if last is None else last + 1


def entry(connection: Connection, number: int) -> Envelope | None:
    row = connection.execute(select(table.c.entry).where(table.c.number == number)).scalar()
    return decoded(row.encode(), Envelope) if row is not None else None


def entries(connection: Connection, start: int = 0, limit: int = 100) -> tuple[str, ...]:
    """Entries as they were hashed, in their order."""
    rows = select(table.c.entry).where(table.c.number >= start).order_by(table.c.number)
    return tuple(connection.execute(rows.limit(limit)).scalars())


def head(connection: Connection, of: int | None = None) -> Envelope | None:
    """The signed head of the tree of that size, the newest without; None for an empty log."""
    number = (size(connection) if of is None else of) - 1
    row = connection.execute(select(table.c.head).where(table.c.number == number)).scalar()
    return decoded(row.encode(), Envelope) if row is not None else None


def included(connection: Connection, number: int, since: tuple[int, ...] = ()) -> Inclusion:
    """The proof that an entry is in the log as it is now, and that this log continues those of
    the sizes ``since``. Raises ``LookupError`` when there is no such entry."""
    count, node = size(connection), nodes_of(connection)
    signed = head(connection, count)
    if signed is None or not 0 <= number < count:
        raise LookupError(f"there is no entry {number} in the log")
    earlier = tuple(
        Consistency(size=one, proof=said(merkle.consistency(node, one, count)))
        for one in since
        if 0 < one < count
    )
    path = said(merkle.inclusion(node, number, count))
    return Inclusion(index=number, proof=path, head=signed, consistency=earlier)


def nodes_of(connection: Connection) -> merkle.Node:
    """Full subtrees by start and height, as they were kept."""
    known: dict[int, bytes] = {}

    def node(start: int, height: int) -> bytes:
        last = start + (1 << height) - 1
        if last not in known:
            row = connection.execute(select(table.c.nodes).where(table.c.number == last)).scalar()
            if row is None:
                raise LookupError(f"entry {last} is missing in the log")
            known[last] = bytes.fromhex(row)
        return known[last][height * SIZE : (height + 1) * SIZE]

    return node


def _with(node: merkle.Node, number: int, made: list[bytes]) -> Callable[[int, int], bytes]:
    """The same nodes, and those of an entry that is about to be written."""

    def found(start: int, height: int) -> bytes:
        return made[height] if start + (1 << height) - 1 == number else node(start, height)

    return found
