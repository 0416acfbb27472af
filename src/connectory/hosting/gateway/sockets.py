"""One WebSocket, passed on message by message."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp

from connectory.hosting.gateway import headers
from connectory.hosting.gateway.exchange import Connected, target
from connectory.hosting.gateway.inbound import LARGEST_MESSAGE, Receive, Send

GOING_AWAY = 1001
NO_STATUS = 1005
"""Stands for a close frame without a code; may not be sent itself."""
CLOSE_PATIENCE = 5.0


class SocketExchange:
    """``status`` is 101 once both sides are joined, else what the application answered."""

    def __init__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self.status = 0
        self.received = 0
        self.sent = 0

    async def run(
        self, way: Connected, scheme: str, seconds: float, recalled: asyncio.Event
    ) -> None:
        """Until one side closes it, ``seconds`` are over or it is ``recalled``."""
        await self._receive()  # websocket.connect
        try:
            socket = await self._connect(way, scheme)
        except aiohttp.WSServerHandshakeError as refusal:
            await self.refuse(refusal.status if refusal.status >= 300 else 502)
        except (aiohttp.ClientError, OSError, TimeoutError):
            await self.refuse(502)
        else:
            async with socket:
                await self._join(socket, seconds, recalled)

    async def refuse(self, status: int) -> None:
        """Answer the handshake with ``status`` instead of a WebSocket."""
        self.status = status
        start = {"type": "websocket.http.response.start", "status": status, "headers": []}
        await self._send(start)
        await self._send({"type": "websocket.http.response.body", "body": b""})

    async def _connect(self, way: Connected, scheme: str) -> aiohttp.ClientWebSocketResponse:
        return await way.session.ws_connect(
            target(self._scope, way.address, "ws"),
            headers=headers.upstream(self._scope, scheme),
            protocols=self._scope.get("subprotocols", ()),
            max_msg_size=LARGEST_MESSAGE,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_PATIENCE),
        )

    async def _join(
        self, socket: aiohttp.ClientWebSocketResponse, seconds: float, recalled: asyncio.Event
    ) -> None:
        """Facts 4.2: like any request it ends after 5 minutes."""
        self.status = 101
        await self._send({"type": "websocket.accept", "subprotocol": socket.protocol})
        pumps = {
            asyncio.ensure_future(self._upwards(socket)),
            asyncio.ensure_future(self._downwards(socket)),
        }
        recall = asyncio.ensure_future(recalled.wait())
        done, _ = await asyncio.wait(
            {*pumps, recall}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for task in (*pumps, recall):
            task.cancel()
        await asyncio.gather(*pumps, recall, return_exceptions=True)
        if done.isdisjoint(pumps):
            why = "The application goes away." if done else "The request took too long."
            await self._close(GOING_AWAY, why)

    async def _upwards(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """From the client to the application."""
        while (message := await self._receive())["type"] == "websocket.receive":
            text, data = message.get("text"), message.get("bytes")
            if text is not None:
                self.received += len(text)
                await socket.send_str(text)
            elif data is not None:
                self.received += len(data)
                await socket.send_bytes(data)
        code = message.get("code") or NO_STATUS
        reason = (message.get("reason") or "").encode()
        await socket.close(code=code if sendable(code) else GOING_AWAY, message=reason)

    async def _downwards(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """From the application to the client."""
        async for message in socket:
            self.sent += len(message.data)
            kind = "text" if message.type is aiohttp.WSMsgType.TEXT else "bytes"
            await self._send({"type": "websocket.send", kind: message.data})
        code = socket.close_code or GOING_AWAY
        if code == NO_STATUS:
            code = 1000
        await self._close(code if sendable(code) else GOING_AWAY, "")

    async def _close(self, code: int, reason: str) -> None:
        with suppress(Exception):  # the client may have closed at the same moment
            await self._send({"type": "websocket.close", "code": code, "reason": reason})


def sendable(code: int) -> bool:
    """Whether a close frame may carry this code (RFC 6455, 7.4)."""
    return code in range(1000, 1004) or code in range(1007, 1015) or code in range(3000, 5000)
