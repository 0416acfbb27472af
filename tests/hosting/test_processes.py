"""Applications as sandboxed processes: what only this backend has to mind."""

import pytest
from tests.hosting.conftest import HELLO, Pack, placed, until

from connectory.hosting.backends import Processes, processes

SILENT = "setInterval(() => {}, 1000)"


async def test_what_cannot_be_seen_does_not_listen_whatever_its_forwarder_accepts(
    backend: Processes, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a program has ended before anybody looked at it, and its forwarder not yet."""
    with monkeypatch.context() as patched:
        patched.setattr(processes, "below", lambda _pid: ())
        instance = await backend.start(placed(await pack(SILENT)), lambda *_: None)
        assert instance._process.forwarded
        assert await processes._accepts(instance._process.address)
        assert not await instance.listening()
    await instance.stop(0)


async def test_a_door_to_what_has_ended_leads_nowhere_else(backend: Processes, pack: Pack) -> None:
    """The number of its network's descriptor may belong to another application's by then."""
    instance = await backend.start(placed(await pack(HELLO)), lambda *_: None)
    await until(instance.listening)
    door = instance.door
    if door.open_socket is None:
        pytest.skip("this machine's networks cannot be entered")
    door.open_socket().close()
    await instance.stop(0)
    with pytest.raises(ConnectionRefusedError):
        door.open_socket()
