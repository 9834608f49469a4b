"""The server of the page: Starlette's routes behind the guard, on this computer's own address."""

import asyncio
import importlib.resources
import json
import logging
import secrets
import socket
import threading
import webbrowser
from asyncio import CancelledError
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from mnist_app.page.guard import Guard
from mnist_app.page.live import Live
from mnist_app.page.messages import WrongRequest, parse, plain
from mnist_app.page.networks import choices
from mnist_app.page.port import ADDRESS, listen
from mnist_app.page.tabs import ACTIONS, Tab, Tabs
from mnist_app.pictures.decode import PictureError
from tinynet import ModelFileError
from tinynet.workers import one_blas_thread

MOST_JSON, MOST_PICTURE = 2**20, 2**25  # bytes of a request
FRAMES = 8  # a second, of news of a training
THREADS = 4  # that answer: the C library keeps for each what it has freed; 40 kept twice as much
UNKNOWN = "this tab is not known any more; load the page again"
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def application(tabs: Tabs, token: str, port: int) -> Guard:
    """All routes, which begin with the token."""
    routes = [
        Route(f"/{token}/", page_file("index.html")),
        *(Route(f"/{token}/{name}", page_file(name)) for name in client_files()),
        Route(f"/{token}/api/open", open_tab, methods=["POST"]),
        Route(f"/{token}/api/picture", take_picture, methods=["POST"]),
        Route(f"/{token}/api/events", events),
        Route(f"/{token}/api/{{action}}", act, methods=["POST"]),
    ]
    app = Starlette(routes=routes)
    app.state.tabs = tabs
    return Guard(app, token, port)


def client_files() -> list[str]:
    """The names of the files that make the page."""
    folder = importlib.resources.files("mnist_app") / "page" / "client"
    return sorted(file.name for file in folder.iterdir() if file.name.split(".")[-1] in KINDS)


def page_file(name: str) -> Callable[[Request], Response]:
    """An endpoint that answers with one file of the page, read now: no request opens a file."""
    folder = importlib.resources.files("mnist_app") / "page" / "client"
    content = (folder / name).read_bytes()
    kind = KINDS[name.split(".")[-1]]

    def endpoint(request: Request) -> Response:
        return Response(content, media_type=f"{kind}; charset=utf-8")

    return endpoint


async def open_tab(request: Request) -> Response:
    """A new tab."""
    return said(await run_in_threadpool(request.app.state.tabs.open))


async def act(request: Request) -> Response:
    """One of ACTIONS, for the tab that the request names."""
    action = request.path_params["action"]
    if action not in ACTIONS:
        return refused(404, f"there is no action '{action}'")

    def answer(tab: Tab, content: bytes) -> Any:
        return tab.answer(action, parse(content))

    return await for_tab(request, MOST_JSON, answer)


async def take_picture(request: Request) -> Response:
    """The answer to a picture file, which is the body."""
    as_drawn = request.query_params.get("as_drawn") == "true"
    return await for_tab(request, MOST_PICTURE, lambda tab, body: tab.picture(body, as_drawn))


async def for_tab(request: Request, most: int, answer: Callable[[Tab, bytes], Any]) -> Response:
    """What `answer` says of the request's body, or in one line why it cannot."""
    tab = request.app.state.tabs.get(request.headers.get("tab", ""))
    if tab is None:
        return refused(410, UNKNOWN)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return refused(413, f"expected at most {most:,} bytes")
    try:
        return said(await run_in_threadpool(answer, tab, bytes(body)))
    except (WrongRequest, PictureError, ModelFileError) as error:
        return refused(400, str(error))


async def events(request: Request) -> Response:
    """News of the tab's training, as they come; when nobody listens any more, it pauses."""
    tabs: Tabs = request.app.state.tabs
    tab = tabs.get(request.query_params.get("tab", ""))
    if tab is None:
        return refused(410, UNKNOWN)

    async def stream() -> AsyncIterator[str]:
        known: Live | None = None
        version = batches = looks = 0
        try:
            while not tabs.closed:
                if tab.live is not known:  # another training began
                    known, version, batches, looks = tab.live, 0, 0, 0
                if known is not None and known.version != version:
                    version = known.version
                    news = await run_in_threadpool(known.news, batches, looks)
                    yield f"data: {json.dumps(plain(news), allow_nan=False)}\n\n"
                    batches, looks = news["batch"], news.get("looks", looks)
                await asyncio.sleep(1 / FRAMES)
        finally:
            if tab.live is not None:
                tab.live.go(0)

    return StreamingResponse(stream(), media_type="text/event-stream")


def said(value: Any) -> Response:
    """An answer as JSON, in which every number is one."""
    return Response(json.dumps(plain(value), allow_nan=False), media_type="application/json")


def refused(status: int, reason: str) -> Response:
    """One line that says why not."""
    return Response(json.dumps({"error": reason}), status, media_type="application/json")


# --- running it ----------------------------------------------------------------------------------


class Server(uvicorn.Server):
    """A server that says when it is ready, and ends what its tabs are doing."""

    def __init__(self, config: uvicorn.Config, tabs: Tabs, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.tabs = tabs
        self.ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve, with BLAS held to one thread: for answers as small as these, more only wait."""
        with one_blas_thread():
            super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        await super().startup(sockets)
        self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.tabs.close()
        await super().shutdown(sockets)


def serve(model: str | None, port: int | None, browser: bool, tell: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; `tell` gets its address once it can be opened.

    Raises PortError, and ModelFileError for a model that cannot be opened.
    """
    tabs = Tabs(choices(model))
    token = secrets.token_urlsafe(16)
    with listen(port) as listener:
        actual = listener.getsockname()[1]
        address = f"http://{ADDRESS}:{actual}/{token}/"

        def ready() -> None:
            tell(address)
            if browser:
                threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()

        make_server(tabs, token, actual, ready).run(sockets=[listener])


def make_server(
    tabs: Tabs, token: str, port: int, ready: Callable[[], None] = lambda: None
) -> Server:
    """The server of these tabs, quiet, and gone within a second of Ctrl-C."""
    config = uvicorn.Config(
        application(tabs, token, port),
        log_level="error",
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    logging.getLogger("uvicorn.error").addFilter(is_news)
    return Server(config, tabs, ready)


def is_news(record: logging.LogRecord) -> bool:
    """False for what uvicorn says of an answer that is under way when it ends: nobody waits."""
    cause = record.exc_info[1] if record.exc_info else None
    return not (record.getMessage().startswith("Cancel ") or isinstance(cause, CancelledError))
