"""A whole center and real Chromium: pages, softphone, Asterisk, callers from outside."""

from collections.abc import Iterator

import pytest

from tests.e2e.browser import Browser, running_browser, tone_file
from tests.e2e.people import add_supervisor
from tests.integration.daemon import RunningCenter, center

REASONS = {"balance": ["reason=balance"], "no_gas": [], "other": ["reason=operator"]}
"""Contact reasons, and what guesses them."""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hears one tone.

    Not for the whole session: as long as it lives, Playwright's event loop runs in this thread, and no test can
    run one of its own.
    """
    with running_browser(tone_file(tmp_path_factory.mktemp("tone"))) as running:
        yield running


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """A center in which ann's and bob's phones are pages, and sue supervises."""
    with center(tmp_path_factory.mktemp("center"), browsers=("ann", "bob"), reasons=REASONS) as running:
        running.store.write(add_supervisor)
        yield running


@pytest.fixture
def c(company: RunningCenter, browser: Browser) -> Iterator[RunningCenter]:
    """The company; at its end all pages are closed and everybody goes home."""
    yield company
    browser.close_pages()
    company.asterisk.wait_quiet(30)
    company.send_home()
