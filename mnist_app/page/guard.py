"""Only the page that this program opened may ask, and only from this computer.

Binding to 127.0.0.1 keeps other computers out, but not other web pages in the same browser: one
whose name is made to point here (DNS rebinding) could read everything. So each request must name
this host, come from this page if it says where it comes from, and know the token in the address.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Answer = Callable[[Scope, Receive, Send], Awaitable[None]]


class Guard:
    """An application that hands on what may come in, and puts HEADERS on every answer."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.hosts = {f"{host}:{port}" for host in HOSTS} | (set(HOSTS) if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # there are no web sockets here
            return await send({"type": "websocket.close", "code": 1008})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self.refusal(scope)
        if refusal is not None:
            status, reason = refusal
            answer: Answer = PlainTextResponse(f"{reason}\n", status)
            return await answer(scope, receive, with_headers)
        return await self.app(scope, receive, with_headers)

    def refusal(self, scope: MutableMapping[str, Any]) -> tuple[int, str] | None:
        """Why a request may not come in, with the status to answer; None if it may."""
        headers = Headers(scope=scope)
        if headers.getlist("host") not in [[host] for host in self.hosts]:
            return 421, "this server answers only to the address that it printed"
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return 403, "another page asked; only this program's own page may"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, "another page asked; only this program's own page may"
        token = scope["path"].split("/")[1]
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return 404, "open the whole address that `python -m mnist_app page` printed"
        return None
