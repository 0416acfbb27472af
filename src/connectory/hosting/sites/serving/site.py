"""One site, as an ASGI application: files by their address, nothing else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response
from starlette.types import Receive, Send

from connectory.hosting.sites.serving import negotiation
from connectory.hosting.sites.serving.index import File, Form, Index
from connectory.hosting.sites.serving.types import is_named_by_content
from connectory.sites import PAGE

Scope = Mapping[str, Any]
AT_ONCE = 256 * 1024
"""Bytes that are read in one go, which takes less time than asking a thread to."""
METHODS = "GET, HEAD, OPTIONS"
ALWAYS = {
    # pages of other origins load these files: the Merchant Center and shops
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
PREFLIGHT = {
    **ALWAYS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class Site:
    """Answers for one application with the files of the artifact ``digest``.

    ``is_page``: an address that no file has is one of the page's own. Files of the site ``before``
    that are named by their content stay: a page that was loaded before a redeploy asks for them.
    """

    def __init__(
        self, digest: str, index: Index, before: "Site | None" = None, *, is_page: bool = False
    ) -> None:
        self.digest = digest
        self.index = index
        self._is_page = is_page
        self._older = before.lasting if before is not None and before.digest != digest else {}

    @property
    def lasting(self) -> Index:
        """What may still be asked for when there is another site in its place."""
        return {path: one for path, one in self.index.items() if is_named_by_content(path)}

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""
        await self._response(scope)(_understood(scope), receive, send)

    def _response(self, scope: Scope) -> Response:
        method, path = scope["method"], scope["path"].removeprefix("/")
        if method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        if method not in {"GET", "HEAD"}:
            return _refused(405, "Only GET and HEAD are answered here.", {"Allow": METHODS})
        fields = negotiation.fields_of(scope["headers"])
        found = self._file(path) or self._page(fields, path)
        if found is not None:
            return _sent(found, fields, head=method == "HEAD")
        if f"{path}/{PAGE}" in self.index:
            return _refused(308, "", {"Location": f"/{quote(path)}/"})
        return _refused(404, "There is no such file.", {"Cache-Control": "no-cache"})

    def _file(self, path: str) -> File | None:
        name = f"{path}{PAGE}" if not path or path.endswith("/") else path
        return self.index.get(name) or self._older.get(name)

    def _page(self, fields: Mapping[str, str], path: str) -> File | None:
        wanted = self._is_page and negotiation.is_navigation(fields, path)
        return self.index.get(PAGE) if wanted else None


def _understood(scope: Scope) -> dict[str, Any]:
    """The request without a range in a unit that is not bytes, which is to be ignored."""
    fields = [one for one in scope["headers"] if one[0] != b"range" or one[1][:6] == b"bytes="]
    return {**scope, "headers": fields}


def _sent(file: File, fields: Mapping[str, str], *, head: bool) -> Response:
    headers = {**ALWAYS, "Cache-Control": file.cache_control, "Last-Modified": file.modified}
    if file.forms:
        headers["Vary"] = "Accept-Encoding"
    in_part = fields.get("range", "").startswith("bytes=")
    name = negotiation.encoding_for(fields.get("accept-encoding", ""), file.forms)
    encoding = None if in_part else name
    form = file.plain if encoding is None else file.forms[encoding]
    headers["ETag"] = form.tag
    if negotiation.is_known(fields, file.tags, file.modified):
        return Response(status_code=304, headers=headers)
    headers["Accept-Ranges"] = "bytes"
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    if in_part or form.status.st_size > AT_ONCE:
        return FileResponse(
            form.path, headers=headers, media_type=file.media_type, stat_result=form.status
        )
    return _whole(form, file.media_type, headers, head=head)


def _whole(form: Form, media_type: str, headers: dict[str, str], *, head: bool) -> Response:
    headers = {**headers, "Content-Type": media_type, "Content-Length": str(form.status.st_size)}
    return Response(b"" if head else form.path.read_bytes(), headers=headers)


def _refused(status: int, text: str, more: Mapping[str, str]) -> Response:
    return Response(text, status, {**ALWAYS, **more}, "text/plain")
