"""Real repositories, and a real Git server speaking smart HTTP, as the tests need them."""

import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

AUTHOR = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "PATH": os.environ["PATH"],
}


class Origin:
    """A bare repository that tests write into by plumbing, past every check of Git's own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        subprocess.run(["git", "init", "--bare", "-q", str(path)], env=AUTHOR, check=True)
        self.git("config", "http.receivepack", "false")

    def git(self, *arguments: str, data: bytes = b"") -> str:
        command = ["git", f"--git-dir={self.path}", *arguments]
        done = subprocess.run(command, input=data, env=AUTHOR, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def blob(self, data: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", data=data)

    def tree(self, entries: list[tuple[str, str, bytes]]) -> str:
        """A tree of (mode, object id, name), written as it is: no sorting, no checking."""
        raw = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(identity)
            for mode, identity, name in entries
        )
        return self.git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", data=raw)

    def commit(self, tree: str, *names: str) -> str:
        commit = self.git("commit-tree", "-m", "a commit", tree)
        for name in names:
            self.git("update-ref", name, commit)
        return commit

    def files(self, files: dict[str, bytes], *names: str) -> str:
        entries = [
            ("100644", self.blob(data), name.encode()) for name, data in sorted(files.items())
        ]
        return self.commit(self.tree(entries), *names)


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    (folder / "owner").mkdir(parents=True)
    return folder


@pytest.fixture
def origin(mirror: Path) -> Origin:
    made = Origin(mirror / "owner" / "name.git")
    made.files({"connect.yaml": b"deployAs: []\n"}, "refs/heads/main", "refs/tags/v1")
    return made


class GitHandler(BaseHTTPRequestHandler):
    """git http-backend behind a plain HTTP server."""

    folder: Path
    asked: list[str]

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def serve(self) -> None:
        path, _, query = self.path.partition("?")
        self.asked.append(path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environment = AUTHOR | {
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: Any) -> None:
        return


class Server:
    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        handler = type("Handler", (GitHandler,), {"folder": folder, "asked": self.asked})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(mirror: Path) -> Iterator[Server]:
    running = Server(mirror)
    yield running
    running.close()
