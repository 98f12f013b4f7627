"""The console's process in the whole: readiness, a program's token, files of the pages."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_core.users import add_user
from crm_core.web_sessions import add_token
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """A center; its console is the one that people get."""
    with center(tmp_path_factory.mktemp("center")) as running:
        until(lambda: _get(running, "/readyz") == 200, "a console that is ready", 20, running.log)
        yield running


def _origin(c: RunningCenter) -> str:
    console = c.asterisk.config.console
    return f"http://{console.address}:{console.port}"


def _get(c: RunningCenter, path: str, **headers: str) -> int:
    request = urllib.request.Request(_origin(c) + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def _program(session: Session) -> str:
    user = add_user(session, login="robot", name="Robot", password="a-good-password", roles={"program"})
    return add_token(session, user, "test", frozenset({"program"}), time.time())


def test_a_program_is_known_by_its_token_and_does_what_its_role_allows(c: RunningCenter) -> None:
    token = c.store.write(_program)
    assert _get(c, "/api/v1/live", Authorization=f"Bearer {token}") == 200
    assert _get(c, "/api/v1/live", Authorization="Bearer wrong") == 401
    assert _get(c, "/api/v1/me/desk", Authorization=f"Bearer {token}") == 403


def test_the_library_of_the_pages_is_served_from_here(c: RunningCenter) -> None:
    for file in ("jssip.js", "socket.io.js", "bootstrap.min.css", "uplot.js", "VENDORED.md"):
        assert _get(c, f"/static/vendor/{file}") == 200
    assert _get(c, f"/static/../{Path(__file__).name}") in (404, 400)
