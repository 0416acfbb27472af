"""A program of its own that asks one URL at a steady rate, whether answers come or not.

    python -m benchmarks.load URL REQUESTS RATE

Writes one JSON object: how many were answered with 200, what became of the others, and the times.
"""

import asyncio
import json
import sys
import time
from collections import Counter

import aiohttp


async def main(url: str, requests: int, rate: float) -> None:
    outcomes, times = Counter[str](), list[float]()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
        began, asking = time.perf_counter(), set[asyncio.Task[None]]()

        async def ask() -> None:
            started = time.perf_counter()
            try:
                async with session.get(url) as response:
                    await response.read()
                    outcomes[str(response.status)] += 1
            except (aiohttp.ClientError, TimeoutError) as problem:
                outcomes[type(problem).__name__] += 1
            times.append(time.perf_counter() - started)

        for number in range(requests):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            task = asyncio.create_task(ask())
            asking.add(task)
            task.add_done_callback(asking.discard)
        await asyncio.gather(*asking)
    times.sort()
    answered = outcomes.pop("200", 0)
    print(json.dumps({
        "answered": answered, "others": outcomes,
        "p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "most": times[-1],
    }))  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
