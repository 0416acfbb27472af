"""Our own style sheets and scripts: read once, known by their content, kept by browsers."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Files:
    """What lies in one folder, under its names; everything else is a 404."""

    def __init__(self, folder: Path) -> None:
        self._files = {
            one.name: (one.read_bytes(), TYPES[one.suffix])
            for one in folder.iterdir()
            if one.suffix in TYPES
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        await self._answer(request)(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        found = self._files.get(request.url.path.rpartition("/")[2])
        if found is None or request.method not in {"GET", "HEAD"}:
            return Response("Not found", 404, media_type="text/plain")
        content, kind = found
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=kind)
