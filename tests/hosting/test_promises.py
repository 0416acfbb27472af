"""What every backend promises; a new one is added to ``backend`` in conftest."""

import asyncio
import re
import time

import pytest
from tests.hosting.conftest import HELLO, Pack, placed

from connectory.durable import Rejected
from connectory.hosting.backends import Backend, Door, Instance
from connectory.hosting.placement import Placement

SILENT = "setInterval(() => {}, 1000)"
DEAF = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)"


class Ear:
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def __call__(self, stream: str, line: str) -> None:
        self.heard.append((stream, line))


async def ready(instance: Instance) -> None:
    async with asyncio.timeout(100):
        while not await instance.listening():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def get(door: Door) -> str:
    reader, writer = await door.connect()
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()
    return answer


async def begun(backend: Backend, placement: Placement, ear: Ear | None = None) -> Instance:
    await backend.prepare(placement)
    return await backend.start(placement, ear or Ear())


async def test_it_runs_and_can_be_reached(backend: Backend, pack: Pack) -> None:
    instance = await begun(backend, placed(await pack(HELLO), NAME="promises"))
    await ready(instance)
    assert instance.alive
    assert (await get(instance.door)).endswith("hello from promises")
    await instance.stop(1)
    assert not instance.alive


async def test_two_on_the_same_port_run_side_by_side(backend: Backend, pack: Pack) -> None:
    artifact = await pack(HELLO)
    instances = [await begun(backend, placed(artifact, NAME=name)) for name in ("one", "two")]
    for instance, name in zip(instances, ("one", "two"), strict=True):
        await ready(instance)
        assert (await get(instance.door)).endswith(f"hello from {name}")
    for instance in instances:
        await instance.stop(0)


async def test_it_is_not_listening_before_the_program_listens(backend: Backend, pack: Pack) -> None:
    instance = await begun(backend, placed(await pack(SILENT)))
    for _ in range(10):
        assert not await instance.listening()
        await asyncio.sleep(0.03)
    await instance.stop(0)


async def test_both_streams_are_heard_line_by_line(backend: Backend, pack: Pack) -> None:
    ear = Ear()
    script = "console.log('out'); console.error('err'); process.exit(3)"
    instance = await begun(backend, placed(await pack(script)), ear)
    ended = await instance.ended()
    assert ended.how == "exited with code 3"
    assert "out" in ended.tail
    assert ("stdout", "out") in ear.heard
    assert ("stderr", "err") in ear.heard


async def test_a_program_that_ignores_the_request_to_end_is_ended(
    backend: Backend, pack: Pack
) -> None:
    ear = Ear()
    instance = await begun(backend, placed(await pack(DEAF)), ear)
    while ("stdout", "up") not in ear.heard:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    began = time.monotonic()
    await instance.stop(0.3)
    assert time.monotonic() - began > 0.25
    assert not instance.alive


async def test_it_sees_its_configuration_and_nothing_of_ours(
    backend: Backend, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTORY_SECRET_OF_OURS", "ours")
    ear = Ear()
    script = "console.log(JSON.stringify(process.env)); console.log(process.cwd())"
    placement = placed(await pack(script), KEY="value", PORT="1", NODE_ENV="test")
    await (await begun(backend, placement, ear)).ended()
    said = "\n".join(line for _, line in ear.heard)
    assert "CONNECTORY_SECRET_OF_OURS" not in said
    assert '"KEY":"value"' in said
    assert re.search(r'"PORT":"8080"', said), "PORT is reserved"
    assert '"NODE_ENV":"test"' in said
    assert "/workspace" in said


async def test_its_tree_is_read_only_and_it_has_a_place_for_files(
    backend: Backend, pack: Pack
) -> None:
    ear = Ear()
    script = """
    const fs = require('fs');
    fs.writeFileSync('/tmp/mine', 'x');
    try { fs.writeFileSync('/workspace/index.js', 'x'); console.log('written') }
    catch (error) { console.log(error.code) }
    """
    await (await begun(backend, placed(await pack(script)), ear)).ended()
    assert ear.heard == [("stdout", "EROFS")]


async def test_a_zero_character_in_a_value_is_refused_not_passed_on(
    backend: Backend, pack: Pack
) -> None:
    placement = placed(await pack(HELLO), KEY="x\0--bind\0/\0/host")
    with pytest.raises(Rejected, match="zero character"):
        await backend.start(placement, Ear())


async def test_a_program_that_takes_too_much_memory_is_named(backend: Backend, pack: Pack) -> None:
    script = "const all = []; for (;;) all.push(Buffer.alloc(16 << 20, 1))"
    ended = await (await begun(backend, placed(await pack(script)))).ended()
    assert ended.how == "used more memory than it may have (512 MiB)"
    assert "application_memory" in ended.fix


async def test_npm_start_works(backend: Backend, pack: Pack) -> None:
    manifest = '{"name": "x", "scripts": {"start": "node index.js"}}'
    digest = await pack(HELLO, **{"package.json": manifest})
    placement = placed(digest)
    with_npm = Placement(**{**vars(placement), "command": ("npm", "start")})
    instance = await begun(backend, with_npm)
    await ready(instance)
    assert "hello" in await get(instance.door)
    await instance.stop(0)
