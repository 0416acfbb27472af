"""A publisher as a process of its own: ``URL COUNT BATCH RATE CONNECTIONS``.

Publishes COUNT messages of 500 bytes, BATCH in a request, RATE a second (0: as fast as it goes).
Each carries the moment it was published at, in milliseconds. Prints the seconds it took.
"""

import asyncio
import base64
import json
import sys
import time

import aiohttp
import uvloop

DATA = base64.b64encode(b"x" * 500).decode()


async def main(url: str, count: int, batch: int, rate: float, connections: int) -> None:
    requests = iter(range(count // batch))
    began = time.perf_counter()

    async def publish(session: aiohttp.ClientSession) -> None:
        for number in requests:
            if rate:
                await asyncio.sleep(max(0.0, began + number * batch / rate - time.perf_counter()))
            one = {"data": DATA, "attributes": {"at": f"{time.time() * 1000:.3f}"}}
            body = json.dumps({"messages": [one] * batch})
            async with session.post(url, data=body) as response:
                assert response.status == 200, await response.text()
                await response.read()

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(publish(session) for _ in range(connections)))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    url, *numbers = sys.argv[1:]
    uvloop.run(main(url, *map(int, numbers)))
