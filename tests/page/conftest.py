"""One server for all tests of the page; each test has its own tab."""

from collections.abc import Iterator

import pytest

from tests.page.client import Page, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Page]:
    with serving() as page:
        yield page


@pytest.fixture
def page(server: Page) -> Page:
    return server.another_tab()
