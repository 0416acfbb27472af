"""What the log says of itself, and what is checked of it without the log."""

from collections.abc import Iterable, Iterator

from connectory.attestations import merkle
from connectory.attestations.documents import Malformed, canonical, decoded
from connectory.attestations.envelope import Envelope, opened
from connectory.attestations.keys import KeyRing
from connectory.attestations.problems import Fault, Problem
from connectory.wire import Wire

HEAD = "application/vnd.connectory.log-head+json"
LONGEST = 64
"""Hashes in a proof: more than a log can ever need."""


class Head(Wire):
    """The log at one moment: how many entries, and the root (hexadecimal) over all of them."""

    size: int
    root: str
    time: str


class Consistency(Wire):
    """The proof that the log of ``size`` entries is the beginning of this one."""

    size: int
    proof: tuple[str, ...]


class Inclusion(Wire):
    """The proof that an entry is number ``index`` of the log with this head."""

    index: int
    proof: tuple[str, ...]
    head: Envelope
    consistency: tuple[Consistency, ...] = ()


def said(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(one.hex() for one in hashes)


def heard(hashes: Iterable[str]) -> list[bytes]:
    """Raises ``Malformed``."""
    try:
        found = [bytes.fromhex(one) for one in hashes]
    except ValueError:
        raise Malformed("a hash in a proof is not hexadecimal") from None
    if len(found) > LONGEST or any(len(one) != merkle.SIZE for one in found):
        raise Malformed("a proof is too long, or a hash in it has not 32 bytes")
    return found


def head_of(envelope: Envelope, trusted: KeyRing, where: str) -> tuple[Head, list[Problem]]:
    """A head and what is wrong with its signature. Raises ``Malformed``."""
    found = opened(envelope, HEAD, trusted, where)
    if any(one.fault is Fault.PAYLOAD_TYPE for one in found.problems):
        return Head(size=0, root="", time=""), list(found.problems)
    head, problems = decoded(found.payload, Head), list(found.problems)
    if found.signer is not None and not found.signer.signs_at(head.time):
        what = f"the key {found.signer.id[:16]} does not sign at {head.time[:24]}"
        problems.append(Problem(Fault.KEY_EXPIRED, where, what))
    return head, problems


def inclusion_problems(
    shown: Inclusion, entry: Envelope, head: Head, where: str
) -> Iterator[Problem]:
    """Whether the entry is where the proof says. Raises ``Malformed``."""
    root = heard([head.root])[0]
    if not merkle.includes(canonical(entry), shown.index, head.size, heard(shown.proof), root):
        what = f"it does not show that this certificate is entry {shown.index} of the log"
        yield Problem(Fault.LOG_PROOF, f"{where}.proof", what)


def fork_problems(shown: Inclusion, head: Head, known: Head, where: str) -> Iterator[Problem]:
    """Whether a log continues the one whose head somebody kept. Raises ``Malformed``."""
    if head.size < known.size:
        what = f"its log has {head.size} entries where {known.size} were seen"
        yield Problem(Fault.LOG_FORK, f"{where}.head", what)
        return
    proof = () if head.size == known.size else _between(shown, known.size)
    if proof is None:
        what = f"nothing shows that its log continues the one of {known.size} entries"
        yield Problem(Fault.LOG_FORK, f"{where}.consistency", what)
        return
    before, after = heard([known.root, head.root])
    if not merkle.extends(known.size, head.size, before, after, heard(proof)):
        what = f"its log is another one than that of {known.size} entries which was seen"
        yield Problem(Fault.LOG_FORK, f"{where}.head", what)


def _between(shown: Inclusion, size: int) -> tuple[str, ...] | None:
    return next((one.proof for one in shown.consistency if one.size == size), None)
