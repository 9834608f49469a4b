"""Hostile requests: other hosts, other pages, wrong tokens, too much, and nonsense."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from mnist_app.page.port import ADDRESS
from mnist_app.page.server import MOST_JSON, MOST_PICTURE, client_files
from mnist_app.page.tabs import MOST_TABS
from tests.page.client import TOKEN, Page


def test_the_page_and_its_files_are_there_and_guarded(page: Page) -> None:
    for name in ("", *client_files()):
        status, content, headers = page.request(f"/{TOKEN}/{name}", method="GET")
        assert status == 200
        assert content
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/{TOKEN}/", {"Host": "evil.example"}, 421),
        (f"/{TOKEN}/", {"Host": "evil.example:8000"}, 421),
        (f"/{TOKEN}/", {"Host": ""}, 421),
        (f"/{TOKEN}/", {"Origin": "http://evil.example"}, 403),
        (f"/{TOKEN}/", {"Origin": "null"}, 403),
        (f"/{TOKEN}/", {"Sec-Fetch-Site": "cross-site"}, 403),
        (f"/{TOKEN}/", {"Sec-Fetch-Site": "same-site"}, 403),
        ("/", {}, 404),
        ("/wrong/", {}, 404),
        (f"/{TOKEN}x/", {}, 404),
        ("/%C3%A9/", {}, 404),
        (f"/{TOKEN}/../../etc/passwd", {}, 404),
        (f"/{TOKEN}/..%2f..%2fetc%2fpasswd", {}, 404),
        (f"/{TOKEN}/server.py", {}, 404),
    ],
)
def test_who_may_not_come_in(page: Page, path: str, headers: dict[str, str], status: int) -> None:
    answered, content, sent = page.request(path, method="GET", headers=headers)
    assert answered == status
    assert b"tinynet" not in content
    assert "content-security-policy" in sent


def test_localhost_and_the_pages_own_origin_may(page: Page) -> None:
    for host in ("127.0.0.1", "localhost"):
        own = f"{host}:{page.port}"
        headers = {"Host": own, "Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin"}
        assert page.request(f"/{TOKEN}/", method="GET", headers=headers)[0] == 200


def test_two_hosts_are_no_host(page: Page) -> None:
    with socket.create_connection((ADDRESS, page.port)) as connection:
        own = f"127.0.0.1:{page.port}"
        request = f"GET /{TOKEN}/ HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\n\r\n"
        connection.sendall(request.encode())
        assert connection.recv(100).split()[1] in (b"400", b"421")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"3",
        b'{"strokes": NaN}',
        b'{"strokes": [[[1e999, 0]]]}',
        b'{"strokes": [[[Infinity, 0]]]}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"strokes": ' + b"9" * 5000 + b"}",
    ],
)
def test_nonsense_is_refused_in_a_line(page: Page, content: bytes) -> None:
    status, answer = page.post("draw", content)
    assert status == 400
    assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    "strokes",
    [
        None,
        5,
        {},
        [5],
        [[]],
        [[5]],
        [[[1]]],
        [[[0.5, 0.5, 0.5]]],
        [[["a", "b"]]],
        [[[True, False]]],
        [[[3, 0]]],
        [[[None, 0]]],
        [[[0, 0]]] * 501,
        [[[0, 0]] * 20_001],
    ],
)
def test_strokes_that_are_none(page: Page, strokes: object) -> None:
    assert "'strokes' must be" in page.refused("draw", strokes=strokes)


def test_requests_that_are_out_of_range(page: Page) -> None:
    assert "'network' must be one of: cnn" in page.refused("network", network="/etc/passwd")
    assert "'network'" in page.refused("network", network=["cnn"])
    assert "place" in page.refused("sample", place=10_000)
    assert "whole" in page.refused("sample", place=0.5)
    assert "'layer' must be" in page.refused("cell", layer=99, index=[0])
    assert "'index' must be" in page.refused("cell", layer=1, index=[0, 0, 32])
    assert "'index' must be" in page.refused("cell", layer=1, index=[0, 0, -1])
    assert "'index' must be" in page.refused("cell", layer=1, index=[0, 0, True])
    assert "label first" in page.refused("take", optimizer="SGD", rate=0.1)
    assert "'as_drawn'" in page.refused("draw", strokes=[], as_drawn="yes")


def test_too_much_is_not_taken(page: Page) -> None:
    assert page.post("draw", b" " * (MOST_JSON + 1))[0] == 413
    assert page.post("picture", b" " * (MOST_PICTURE + 1))[0] == 413
    assert page.ask("draw", strokes=[])["problem"] == "nothing drawn"


def test_a_tab_that_is_not_known(page: Page) -> None:
    page.tab = "unknown"
    assert page.post("draw", b"{}")[0] == 410
    assert page.post("nothing", b"{}")[0] == 404


def test_other_methods_and_sockets(page: Page) -> None:
    assert page.request(f"/{TOKEN}/api/draw", method="GET")[0] == 405
    assert page.request(f"/{TOKEN}/", b"", method="PUT")[0] == 405
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    status, _, _ = page.request(f"/{TOKEN}/api/draw", method="GET", headers=upgrade)
    assert status in (400, 403, 405)


def test_fifty_clients_at_once_each_get_their_own_answer(page: Page) -> None:
    places = range(50)
    expected = [page.ask("sample", place=place)["probabilities"] for place in places]
    tabs = [page.another_tab() for _ in range(10)]

    def client(place: int) -> object:
        own = Page(page.port, page.tabs, tabs[place % 10].tab)
        return own.ask("sample", place=place)["probabilities"]

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(client, places)) == expected


def test_two_tabs_do_not_disturb_each_other(page: Page) -> None:
    other = page.another_tab()
    page.ask("sample", place=0)
    page.ask("step", label=7)
    other.ask("network", network="cnn-large")
    other.ask("sample", place=1)
    before = page.ask("value-gradient", layer=0, index=[14, 14, 0])
    other.ask("step", label=3)
    other.ask("take", optimizer="SGD", rate=0.1)
    assert page.ask("value-gradient", layer=0, index=[14, 14, 0]) == before


def test_old_tabs_make_room(page: Page) -> None:
    for _ in range(30):
        last = page.another_tab()
    assert len(page.tabs.tabs) <= MOST_TABS
    assert page.post("draw", json.dumps({"strokes": []}).encode())[0] == 410
    assert last.ask("draw", strokes=[])["answer"] is None
