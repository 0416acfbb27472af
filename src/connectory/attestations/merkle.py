"""Merkle trees as in RFC 6962: roots, and proofs that hold without the tree.

A tree over n entries is cut at the largest power of two below n, again and again. ``Node`` gives
the hash of a full subtree: the entries from ``start`` on, two to the power of ``height`` of them,
``start`` a multiple of that number. Whoever keeps those never hashes an entry twice.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Node = Callable[[int, int], bytes]

EMPTY = sha256(b"").digest()
SIZE = 32


def leaf(entry: bytes) -> bytes:
    """RFC 6962, 2.1: an entry is never taken for a node."""
    return sha256(b"\0" + entry).digest()


def joined(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def completed(node: Node, index: int, hashed: bytes) -> list[bytes]:
    """The full subtrees that end with the entry ``index``, the smallest (itself) first."""
    found = [hashed]
    while (index + 1) % (1 << len(found)) == 0:
        height = len(found) - 1
        found.append(joined(node(index + 1 - (2 << height), height), found[-1]))
    return found


def root(node: Node, size: int) -> bytes:
    return _range(node, 0, size) if size else EMPTY


def inclusion(node: Node, index: int, size: int) -> list[bytes]:
    """The proof that entry ``index`` is in the tree of ``size`` (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no entry {index} in a tree of {size}")
    return _inclusion(node, index, 0, size)


def consistency(node: Node, first: int, second: int) -> list[bytes]:
    """The proof that the tree of ``first`` is the beginning of that of ``second`` (2.1.2)."""
    if not 0 < first <= second:
        raise ValueError(f"a tree of {second} does not begin with one of {first}")
    return _consistency(node, first, 0, second, known=True)


def includes(entry: bytes, index: int, size: int, proof: Sequence[bytes], top: bytes) -> bool:
    """Whether a proof shows that ``entry`` is at ``index`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    sides = _sides(index, size - 1)
    made = leaf(entry)
    if len(sides) != len(proof):
        return False
    for left, one in zip(sides, proof, strict=True):
        made = joined(one, made) if left else joined(made, one)
    return made == top


def extends(first: int, second: int, before: bytes, after: bytes, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that nothing was changed on the way (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and before == after
    path = [before, *proof] if first & (first - 1) == 0 else list(proof)
    full = (first & -first).bit_length() - 1
    sides = _sides((first - 1) >> full, (second - 1) >> full)
    if len(path) != len(sides) + 1:
        return False
    old = new = path[0]
    for left, one in zip(sides, path[1:], strict=True):
        old = joined(one, old) if left else old
        new = joined(one, new) if left else joined(new, one)
    return (old, new) == (before, after)


def _sides(at: int, last: int) -> list[bool]:
    """On the way from a node up to the root, for each other node on the way: whether it is the
    left one. ``at`` and ``last`` count the nodes of one level."""
    sides = []
    while last:
        if at & 1 or at != last:
            sides.append(bool(at & 1))
        at, last = at >> 1, last >> 1
    return sides


def _range(node: Node, start: int, end: int) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        return node(start, size.bit_length() - 1)
    middle = start + _cut(size)
    return joined(_range(node, start, middle), _range(node, middle, end))


def _cut(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _inclusion(node: Node, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _cut(end - start)
    if index < middle:
        return [*_inclusion(node, index, start, middle), _range(node, middle, end)]
    return [*_inclusion(node, index, middle, end), _range(node, start, middle)]


def _consistency(node: Node, first: int, start: int, end: int, *, known: bool) -> list[bytes]:
    """``known``: whoever checks has the hash of this part already, as the old root."""
    if first == end:
        return [] if known else [_range(node, start, end)]
    middle = start + _cut(end - start)
    if first <= middle:
        left = _consistency(node, first, start, middle, known=known)
        return [*left, _range(node, middle, end)]
    right = _consistency(node, first, middle, end, known=False)
    return [*right, _range(node, start, middle)]
