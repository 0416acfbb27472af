"""RFC 6962's tree: known roots, and proofs of which none but the true one holds."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectory.attestations import merkle

ENTRIES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
"""The test vectors of the reference implementation of Certificate Transparency."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def nodes(entries: list[bytes]) -> merkle.Node:
    """Kept subtrees, made as the log makes them: one entry after the other."""
    kept: dict[tuple[int, int], bytes] = {}
    node: Callable[[int, int], bytes] = lambda start, height: kept[start, height]  # noqa: E731
    for index, entry in enumerate(entries):
        for height, made in enumerate(merkle.completed(node, index, merkle.leaf(entry))):
            kept[index + 1 - (1 << height), height] = made
    return node


@pytest.mark.parametrize("size", range(9))
def test_the_known_roots(size: int) -> None:
    assert merkle.root(nodes(ENTRIES), size).hex() == ROOTS[size]


def test_a_known_inclusion_proof() -> None:
    path = [one.hex() for one in merkle.inclusion(nodes(ENTRIES), 0, 8)]
    assert path == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]


def test_every_inclusion_proof_holds_for_its_entry_alone() -> None:
    entries = [b"%d" % one for one in range(40)]
    node = nodes(entries)
    for size in range(1, 41):
        top = merkle.root(node, size)
        for index in range(size):
            proof = merkle.inclusion(node, index, size)
            assert merkle.includes(entries[index], index, size, proof, top)
            assert not merkle.includes(b"other", index, size, proof, top)
            for place in (index - 1, index + 1, size):
                assert not merkle.includes(entries[index], place, size, proof, top)


def test_every_consistency_proof_holds() -> None:
    node = nodes([b"%d" % one for one in range(40)])
    for second in range(1, 41):
        for first in range(1, second + 1):
            proof = merkle.consistency(node, first, second)
            before, after = merkle.root(node, first), merkle.root(node, second)
            assert merkle.extends(first, second, before, after, proof)
            if first < second:
                assert not merkle.extends(first, second, after, after, proof)
                assert not merkle.extends(first, second, before, before, proof)


@given(
    entries=st.lists(st.binary(max_size=8), min_size=2, max_size=80),
    at=st.integers(min_value=0),
    bit=st.integers(min_value=0),
)
@settings(max_examples=150, deadline=None)
def test_no_changed_proof_holds(entries: list[bytes], at: int, bit: int) -> None:
    node, size = nodes(entries), len(entries)
    index, top = at % size, merkle.root(nodes(entries), size)
    proof = merkle.inclusion(node, index, size)
    assert merkle.includes(entries[index], index, size, proof, top)
    changed = list(proof)
    place = at % len(changed)
    changed[place] = _flipped(changed[place], bit)
    assert not merkle.includes(entries[index], index, size, changed, top)
    assert not merkle.includes(entries[index], index, size, proof[:-1], top)
    assert not merkle.includes(entries[index], index, size, [*proof, top], top)
    first = at % (size - 1) + 1
    path = merkle.consistency(node, first, size)
    before = merkle.root(node, first)
    assert merkle.extends(first, size, before, top, path)
    assert not merkle.extends(first, size, _flipped(before, bit), top, path)
    assert not merkle.extends(first, size, before, top, [*path, top])
    assert not merkle.extends(first, size, before, top, path[:-1])


@given(entries=st.lists(st.binary(max_size=4), min_size=3, max_size=60), at=st.integers(0))
@settings(max_examples=100, deadline=None)
def test_a_changed_past_is_no_beginning(entries: list[bytes], at: int) -> None:
    first = at % (len(entries) - 1) + 1
    other = [*entries]
    other[at % first] += b"!"
    path = merkle.consistency(nodes(other), first, len(entries))
    before = merkle.root(nodes(entries), first)
    assert not merkle.extends(
        first, len(entries), before, merkle.root(nodes(other), len(entries)), path
    )


def test_what_is_not_there_has_no_proof() -> None:
    node = nodes(ENTRIES)
    with pytest.raises(ValueError, match="no entry 8"):
        merkle.inclusion(node, 8, 8)
    with pytest.raises(ValueError, match="does not begin"):
        merkle.consistency(node, 0, 8)


def _flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)
