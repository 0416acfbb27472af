"""What scripts do when they run: they read, reach and write."""

import pytest
from tests.hostile.cases import of, parameters
from tests.hostile.stage import Stage

HERE = of("reading", "reaching", "writing")


@pytest.mark.parametrize("name", parameters(HERE))
async def test_it_ends_as_it_must(stage: Stage, name: str) -> None:
    await stage.meet(HERE[name])
