"""One server for all tests of the page; each test has its own tab."""

from collections.abc import Iterator

import pytest

from tests.page.client import Page, serving
from tinynet.workers import one_blas_thread


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the server: BLAS's threads would wait for each other."""
    with one_blas_thread():
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Page]:
    with serving() as page:
        yield page


@pytest.fixture
def page(server: Page) -> Page:
    return server.another_tab()
