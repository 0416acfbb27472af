import asyncio
import gc
import os

import pytest

from connectory.sandbox.children import Starter


async def test_a_start_that_is_given_up_leaves_no_child() -> None:
    starter = Starter()
    for _ in range(20):
        starting = asyncio.create_task(
            starter.start(("/bin/sleep", "60"), {"PATH": "/bin"}, merged=True)
        )
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
    gc.collect()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # noqa: ASYNC222
    starter.close()
