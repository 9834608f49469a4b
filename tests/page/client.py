"""A client of the page's server, over real sockets."""

import base64
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mnist_app.page.networks import choices
from mnist_app.page.port import ADDRESS, listen
from mnist_app.page.server import make_server
from mnist_app.page.tabs import Tabs
from tinynet.types import Array

TOKEN = "a-token-for-tests"


@dataclass
class Page:
    """A server that runs, and a tab that is open at it."""

    port: int
    tabs: Tabs
    tab: str = ""
    opened: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://{ADDRESS}:{self.port}/{TOKEN}/"

    def request(
        self,
        path: str,
        body: bytes | None = None,
        method: str = "POST",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, content, headers of the answer."""
        connection = http.client.HTTPConnection(ADDRESS, self.port, timeout=30)
        try:
            connection.request(method, path, body, {"tab": self.tab, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.read(), dict(response.getheaders())
        finally:
            connection.close()

    def post(self, action: str, content: bytes) -> tuple[int, Any]:
        """The status and the JSON that an action answers to these bytes."""
        status, answer, _ = self.request(f"/{TOKEN}/api/{action}", content)
        return status, json.loads(answer)

    def ask(self, action: str, **body: Any) -> Any:
        """What an action answers; it must."""
        status, answer = self.post(action, json.dumps(body).encode())
        assert status == 200, answer
        return answer

    def refused(self, action: str, **body: Any) -> str:
        """Why an action is not done."""
        status, answer = self.post(action, json.dumps(body).encode())
        assert status == 400, answer
        reason: str = answer["error"]
        return reason

    def another_tab(self) -> "Page":
        """The same server, seen from a new tab."""
        opened = self.ask("open")
        return Page(self.port, self.tabs, opened["tab"], opened)


@contextmanager
def serving() -> Iterator[Page]:
    """A server in a thread, and a tab; both end with the block."""
    tabs = Tabs(choices())
    with listen(0) as listener:
        port = listener.getsockname()[1]
        server = make_server(tabs, TOKEN, port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            yield Page(port, tabs).another_tab()
        finally:
            server.should_exit = True
            thread.join()


def unpacked(packed: dict[str, Any]) -> Array:
    """The array that the server packed."""
    content = base64.b64decode(packed["data"])
    return np.frombuffer(content, f"<{packed['kind']}").reshape(packed["shape"])
