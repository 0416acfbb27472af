"""Mistakes that creators make are found in the files, and what looks like them stops nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.seeded import code, dependencies, secrets, size, specification
from tests.seeded.judged import missing, mistaken, quick, scanned
from tests.seeded.seed import CONNECTORS, Seed, connector

from connectory.publishing.checks.check import Bench

SEEDS: tuple[Seed, ...] = (
    *specification.SEEDS,
    *dependencies.SEEDS,
    *size.SEEDS,
    *code.SEEDS,
)
BATCH = 12
BATCHES = [SEEDS[start : start + BATCH] for start in range(0, len(SEEDS), BATCH)]
BASES = sorted(path.name for path in CONNECTORS.iterdir())


@pytest.mark.parametrize("name", BASES)
async def test_a_connector_in_order_leaves_nothing_to_say(
    name: str, bench: Bench, tmp_path: Path
) -> None:
    assert await quick(bench, tmp_path / "tree", connector(name)) == []


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: seeds[0].rule)
async def test_a_mistake_is_found_where_it_is(
    seeds: Sequence[Seed], bench: Bench, tmp_path: Path
) -> None:
    found = [await quick(bench, tmp_path / str(n), each.flawed) for n, each in enumerate(seeds)]
    wrong = [line for seed, one in zip(seeds, found, strict=True) for line in missing(seed, one)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("seeds", BATCHES, ids=lambda seeds: seeds[0].rule)
async def test_what_looks_like_a_mistake_stops_nothing(
    seeds: Sequence[Seed], bench: Bench, tmp_path: Path
) -> None:
    found = [await quick(bench, tmp_path / str(n), each.clean) for n, each in enumerate(seeds)]
    wrong = [line for seed, one in zip(seeds, found, strict=True) for line in mistaken(seed, one)]
    assert not wrong, "\n".join(wrong)


async def test_secrets_are_found(bench: Bench, tmp_path: Path) -> None:
    found = await scanned(bench, tmp_path / "tree", [seed.flawed for seed in secrets.SEEDS])
    each = enumerate(secrets.SEEDS)
    wrong = [line for number, seed in each for line in missing(seed, found.get(number, []))]
    assert not wrong, "\n".join(wrong)


async def test_what_looks_like_a_secret_stops_nothing(bench: Bench, tmp_path: Path) -> None:
    """In no twin of any seed."""
    twins = (*secrets.SEEDS, *(seed for seed in SEEDS if not seed.rule.startswith("size/")))
    found = await scanned(bench, tmp_path / "tree", [seed.clean for seed in twins])
    each = enumerate(twins)
    wrong = [line for number, seed in each for line in mistaken(seed, found.get(number, []))]
    assert not wrong, "\n".join(wrong)
