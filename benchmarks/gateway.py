"""The gateway against the application itself, and against nginx in front of it: same run, in turns.

- the application itself: ``node dist/server.js`` in the built tree;
- nginx: one worker in front of that, connections to it kept open, the usual forwarding header
  fields, no access log;
- the gateway: the same application deployed, with everything the platform does for each request,
  its log among it.

Requests a second and the 99th percentile over 16 connections that are kept open. Needs wrk; says so
when nginx is missing (Debian packages ``wrk`` and ``nginx-light``).
"""

import asyncio
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks.deploy import built_by_hand, deployed, first_answer
from benchmarks.support import drafted, platform, published
from connectory.cli.example import TAG, tag_example
from connectory.telemetry import configure_logging

ROUNDS = 5
CONNECTIONS = 16
BY_HAND, PROXY = 8080, 18_557
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log error;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream application {{ server 127.0.0.1:{application}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


class Measured(NamedTuple):
    """Requests a second; milliseconds."""

    rate: float
    p99: float


async def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (Debian: apt-get install wrk)")
    configure_logging("error")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o711)
        async with platform(directory) as client:
            repository = tag_example(directory / "greeting")
            staged = await published(client, await drafted(client, str(repository), TAG))
            deployment = await deployed(client, staged.id)
            ways = {"gateway": str(deployment.applications[0].url)}
            with by_hand(built_by_hand(directory)), nginx(directory):
                ways["itself"] = f"http://127.0.0.1:{BY_HAND}/greeting"
                if shutil.which("nginx"):
                    ways["nginx"] = f"http://127.0.0.1:{PROXY}/greeting"
                report(await measured(ways))


async def measured(ways: dict[str, str]) -> dict[str, list[Measured]]:
    """In turns: a busy moment of the machine meets all of them."""
    found: dict[str, list[Measured]] = {name: [] for name in ways}
    for url in ways.values():
        await first_answer(url)
        await asyncio.to_thread(wrk, url, 1)
    for _ in range(ROUNDS):
        for name, url in ways.items():
            found[name].append(await asyncio.to_thread(wrk, url, 3))
    return found


@contextmanager
def by_hand(tree: Path) -> Iterator[None]:
    environment = {**os.environ, "PORT": str(BY_HAND), "SIGNING_KEY": "k"}
    command = ("node", "dist/server.js")
    with subprocess.Popen(command, cwd=tree, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def nginx(directory: Path) -> Iterator[None]:
    """Nothing where there is no nginx."""
    if shutil.which("nginx") is None:
        yield
        return
    configuration = directory / "nginx.conf"
    configuration.write_text(NGINX.format(folder=directory, application=BY_HAND, port=PROXY))
    with subprocess.Popen(("nginx", "-e", "stderr", "-c", str(configuration))) as process:
        try:
            time.sleep(0.5)
            yield
        finally:
            process.terminate()


def wrk(url: str, seconds: int) -> Measured:
    command = ("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url)
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    rate, slowest = re.search(r"Requests/sec:\s+([\d.]+)", said), re.search(r"99%\s+(\S+)", said)
    assert rate is not None
    assert slowest is not None
    return Measured(float(rate[1]), milliseconds(slowest[1]))


def milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def report(found: dict[str, list[Measured]]) -> None:
    for name in ("itself", "nginx", "gateway"):
        if name not in found:
            print(f"{name:8} missing (Debian: apt-get install nginx-light)")
            continue
        rate = statistics.median(one.rate for one in found[name])
        p99 = statistics.median(one.p99 for one in found[name])
        print(f"{name:8} {rate:8.0f}/s  p99 {p99:6.2f} ms")
    for name in ("itself", "nginx"):
        if name in found:
            pairs = zip(found["gateway"], found[name], strict=True)
            ratio = statistics.median(ours.rate / other.rate for ours, other in pairs)
            print(f"gateway / {name}: {ratio:.2f} of the requests a second")


if __name__ == "__main__":
    uvloop.run(main())  # as the platform itself does
