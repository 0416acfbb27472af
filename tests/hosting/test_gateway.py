"""The gateway through real sockets, in front of real Node programs."""

import asyncio
import hashlib
import resource
import socket
from collections.abc import AsyncIterator

import aiohttp
import msgspec
import pytest
from tests.hosting.conftest import HELLO, Serve, Served, until, written

from connectory.hosting import Hosting

ECHO = """
const http = require('http');
http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('Connection', 'X-Secret-Hop, close');
    response.setHeader('X-Secret-Hop', 'for the gateway only');
    response.end(JSON.stringify({method: request.method, url: request.url,
      headers: request.rawHeaders, body: Buffer.concat(chunks).toString()}));
  });
}).listen(8080);
"""
STREAM = """
const http = require('http');
let begun = 0, closed = 0; const last = [];
http.createServer((request, response) => {
  if (request.url === '/closed') return response.end(String(closed));
  if (request.url === '/begun') return response.end(String(begun));
  if (request.url === '/go') { last.forEach(each => each()); return response.end() }
  begun++;
  request.on('close', () => closed++);
  if (request.url === '/never') return;
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  response.write('data: first\\n\\n');
  if (request.url === '/cut') return setTimeout(() => response.destroy(), 100);
  last.push(() => response.end('data: last\\n\\n'));
}).listen(8080);
"""
BULK = """
const http = require('http'), crypto = require('crypto');
http.createServer((request, response) => {
  if (request.method === 'GET') {
    let left = 1600; const chunk = Buffer.alloc(65536, 7);
    const pump = () => { while (left > 0) { left--; if (!response.write(chunk)) {
      response.once('drain', pump); return } } response.end() };
    return pump();
  }
  const hash = crypto.createHash('sha256'); let size = 0;
  request.on('data', chunk => { hash.update(chunk); size += chunk.length });
  request.on('end', () => response.end(size + ' ' + hash.digest('hex')));
}).listen(8080);
"""
SOCKETS = """
const http = require('http'), crypto = require('crypto');
const server = http.createServer((request, response) => response.end('plain'));
server.on('upgrade', (request, socket) => {
  if (request.url === '/refused') return socket.end('HTTP/1.1 403 Forbidden\\r\\nContent-Length: 0\\r\\n\\r\\n');
  const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] +
    '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  const protocol = (request.headers['sec-websocket-protocol'] || '').split(',')[0];
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n' +
    'Sec-WebSocket-Accept: ' + accept + '\\r\\n' +
    (protocol ? 'Sec-WebSocket-Protocol: ' + protocol + '\\r\\n' : '') + '\\r\\n');
  socket.on('data', frame => {
    const opcode = frame[0] & 15, length = frame[1] & 127, mask = frame.subarray(2, 6);
    const data = Buffer.from(frame.subarray(6, 6 + length).map((byte, i) => byte ^ mask[i % 4]));
    if (opcode === 8) { socket.end(Buffer.concat([Buffer.from([0x88, length]), data])); return }
    const text = data.toString();
    if (text === 'leave') { socket.end(Buffer.from([0x88, 2, 0x0f, 0xa1])); return }
    socket.write(Buffer.concat([Buffer.from([0x80 | opcode, length]), data]));
  });
}).listen(8080);
"""  # noqa: E501


async def echoed(served: Served, method: str, path: str, **options: object) -> dict[str, object]:
    async with served.client.request(method, served.url + path, **options) as answer:  # type: ignore[arg-type]
        assert answer.status == 200
        return msgspec.json.decode(await answer.read(), type=dict[str, object])


def fields(echo: dict[str, object]) -> list[tuple[str, str]]:
    raw = echo["headers"]
    assert isinstance(raw, list)
    return list(zip(raw[::2], raw[1::2], strict=True))


async def said(served: Served, path: str) -> str:
    async with served.client.get(served.url + path) as answer:
        return await answer.text()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_every_method_with_its_body(serve: Serve, method: str) -> None:
    served = await serve(ECHO)
    body = None if method in {"GET", "OPTIONS"} else b"some body"
    echo = await echoed(served, method, "/sub/path", data=body)
    assert (echo["method"], echo["url"]) == (method, "/sub/path")
    assert echo["body"] == ("some body" if body else "")


async def test_head_answers_without_a_body_but_with_its_length(serve: Serve) -> None:
    served = await serve(HELLO)
    async with served.client.head(served.url) as answer:
        assert answer.status == 200
        assert await answer.read() == b""


async def exchange(served: Served, request: bytes) -> bytes:
    """One raw request over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.route.port)
    writer.write(request)
    async with asyncio.timeout(100):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "path",
    ["/a%2Fb/%7e//c/../d", "/?q=a%20b&q=+&x", "/%E2%82%AC?%E2%82%AC=1", "//double", "/a;b=c,d'(!)"],
)
async def test_path_and_query_pass_byte_for_byte(serve: Serve, path: str) -> None:
    served = await serve(ECHO)
    answer = await exchange(
        served, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert f'"url":"{path}"'.encode() in answer


async def test_headers_of_the_client_pass_and_hop_by_hop_ones_do_not(serve: Serve) -> None:
    served = await serve(ECHO)
    answer = await exchange(
        served,
        b"GET / HTTP/1.1\r\nHost: shop.example:99\r\nAccept: a\r\nAccept: b\r\n"
        b"X-Word: caf\xc3\xa9\r\n"
        b"X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
        b"X-Hop: 1\r\nTE: trailers\r\nConnection: close, X-Hop\r\n\r\n",
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    sent = fields(msgspec.json.decode(body[body.index(b"{") : body.rindex(b"}") + 1]))
    names = [name.lower() for name, _ in sent]
    assert ("Host", "shop.example:99") in [(name.title(), value) for name, value in sent]
    assert [value for name, value in sent if name.lower() == "accept"] == ["a", "b"]
    assert "x-hop" not in names
    assert "te" not in names
    assert "forwarded" not in names
    assert "user-agent" not in names, "nothing is added but what the gateway says"
    forwarded = {n.lower(): v for n, v in sent if n.lower().startswith("x-forwarded")}
    assert forwarded == {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "x-forwarded-host": "shop.example:99",
    }
    assert head.lower().count(b"set-cookie:") == 2
    assert b"x-secret-hop" not in head.lower()


async def test_the_first_chunk_arrives_before_the_last_is_sent(serve: Serve) -> None:
    served = await serve(STREAM)
    async with served.client.get(served.url) as answer:
        assert await answer.content.readline() == b"data: first\n"
        assert await said(served, "/go") == ""
        assert b"last" in await answer.read()


async def test_an_answer_that_is_cut_off_is_seen_as_cut_off(serve: Serve) -> None:
    served = await serve(STREAM)
    with pytest.raises(aiohttp.ClientPayloadError):
        async with served.client.get(served.url + "/cut") as answer:
            await answer.read()


async def test_a_client_that_goes_away_ends_the_request_of_the_application(serve: Serve) -> None:
    served = await serve(STREAM)
    waiting = asyncio.create_task(served.client.get(served.url + "/never"))

    async def begun() -> bool:
        return await said(served, "/begun") == "1"

    async def closed() -> bool:
        return await said(served, "/closed") == "1"

    await until(begun)
    assert not await closed()
    waiting.cancel()
    await until(closed)


async def test_a_hundred_megabytes_pass_both_ways_in_bounded_memory(serve: Serve) -> None:
    served = await serve(BULK)
    chunk, count = b"\5" * 65536, 1600
    sha = hashlib.sha256()
    async with served.client.post(served.url, data=b"warm") as answer:
        assert (await answer.text()).startswith("4 ")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    async def body() -> AsyncIterator[bytes]:
        for _ in range(count):
            sha.update(chunk)
            yield chunk

    async with served.client.post(served.url, data=body()) as answer:
        size, digest = (await answer.text()).split()
    assert int(size) == len(chunk) * count
    assert digest == sha.hexdigest()
    received = 0
    async with served.client.get(served.url) as answer:
        async for piece in answer.content.iter_any():
            received += len(piece)
    assert received == len(chunk) * count
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 150, f"{grown} MiB"


async def test_a_slow_client_holds_back_the_application_and_nobody_else(serve: Serve) -> None:
    served = await serve(BULK)
    async with served.client.post(served.url, data=b"warm") as answer:
        assert (await answer.text()).startswith("4 ")
    slow = socket.create_connection(("127.0.0.1", served.route.port or 0))
    slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await asyncio.sleep(0.7)
    async with served.client.post(served.url, data=b"quick") as answer:
        assert (await answer.text()).startswith("5 ")
    slow.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 * 1024


async def test_web_sockets_pass_messages_subprotocol_and_close(serve: Serve) -> None:
    served = await serve(SOCKETS)
    async with served.client.ws_connect(served.url + "/chat?x=1", protocols=("one",)) as ws:
        assert ws.protocol == "one"
        await ws.send_str("hällo")
        assert (await ws.receive_str(timeout=100)) == "hällo"
        await ws.send_bytes(b"\0\1")
        assert (await ws.receive_bytes(timeout=100)) == b"\0\1"
        await ws.send_str("leave")
        assert (await ws.receive(timeout=100)).type is aiohttp.WSMsgType.CLOSE
        assert ws.close_code == 4001


async def test_a_refused_web_socket_is_refused_with_the_same_status(serve: Serve) -> None:
    served = await serve(SOCKETS)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await served.client.ws_connect(served.url + "/refused")
    assert refused.value.status == 403


async def test_an_application_that_is_not_there_is_named_in_the_contracts_shape(
    serve: Serve, hosting: Hosting
) -> None:
    served = await serve(HELLO)
    await hosting.supervisor.halt(served.placement.application_id)
    async with served.client.get(served.url) as answer:
        assert answer.status == 503
        body = msgspec.json.decode(await answer.read())
    assert body["errors"][0]["code"] == "BadGateway"
    assert "service is not running" in body["message"]


async def test_an_application_that_breaks_the_connection_is_a_bad_gateway(serve: Serve) -> None:
    script = "require('net').createServer(s => s.once('data', () => s.destroy())).listen(8080)"
    served = await serve(script)
    async with served.client.get(served.url) as answer:
        assert answer.status == 502
        assert b"closed the connection" in await answer.read()


async def test_an_application_that_does_not_speak_http_is_a_bad_gateway(serve: Serve) -> None:
    script = "require('net').createServer(s => s.end('SSH-2.0-x\\r\\n\\r\\n')).listen(8080)"
    served = await serve(script)
    async with served.client.get(served.url) as answer:
        assert answer.status == 502


async def test_endless_response_headers_are_cut_off(serve: Serve) -> None:
    script = """
    require('net').createServer(s => { s.write('HTTP/1.1 200 OK\\r\\nX: ');
      const more = () => { while (s.write('x'.repeat(65536))); s.once('drain', more) };
      s.on('error', () => {}); more() }).listen(8080)"""
    served = await serve(script)
    async with served.client.get(served.url) as answer:
        assert answer.status == 502


async def test_endless_request_headers_are_refused(serve: Serve) -> None:
    served = await serve(HELLO)
    _reader, writer = await asyncio.open_connection("127.0.0.1", served.route.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    with pytest.raises((ConnectionError, TimeoutError)):  # noqa: PT012
        for _ in range(1000):
            writer.write(b"x" * 65536)
            async with asyncio.timeout(5):
                await writer.drain()
        raise AssertionError("took 64 MB of headers")
    writer.close()


async def test_two_requests_in_one_are_not_smuggled(serve: Serve) -> None:
    served = await serve(ECHO)
    answer = await exchange(
        served,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n",
    )
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"/admin" not in answer


async def test_each_request_is_logged_without_its_query(serve: Serve, hosting: Hosting) -> None:
    served = await serve(HELLO)
    async with served.client.get(
        served.url + "/status?token=hidden", headers={"User-Agent": "me"}
    ) as answer:
        await answer.read()

    async def logged() -> bool:
        # the answer comes a moment before the entry
        log = await written(hosting, served.placement.deployment_id)
        return {one.type for one in log} == {"HTTP_REQUEST", "APPLICATION_TEXT"}

    await until(logged)
    log = await written(hosting, served.placement.deployment_id)
    request = next(one for one in log if one.type == "HTTP_REQUEST")
    details = msgspec.json.decode(request.details)
    assert details["requestUrl"] == "/status"
    assert (details["status"], details["requestMethod"], details["userAgent"]) == (200, "GET", "me")
    assert details["responseBytes"] == len("hello from nobody")
    assert request.severity == "INFO"
    assert not any(b"hidden" in bytes(one.details) for one in log if one.type == "HTTP_REQUEST")


async def test_a_closed_route_answers_nothing(serve: Serve, hosting: Hosting) -> None:
    served = await serve(HELLO)
    await hosting.listeners.close(served.placement.deployment_id)
    with pytest.raises(aiohttp.ClientConnectionError):
        await served.client.get(served.url)
