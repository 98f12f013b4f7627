"""What a program hears that comes with a token: the events of its company, as rows that change."""

import time

import pytest
from sqlalchemy.orm import Session

from crm_core.users import add_user
from crm_core.web_sessions import add_token
from tests.e2e.browser import Browser
from tests.e2e.test_softphone import calling
from tests.integration.daemon import RunningCenter

pytestmark = pytest.mark.integration

_LISTEN = """async (token) => {
  const { io } = await import('/static/vendor/socket.io.js');
  window.stages = [];
  window.refused = null;
  const socket = io({ transports: ['websocket'], auth: { token } });
  socket.on('connect_error', (error) => { window.refused = error.message; });
  socket.on('patch', (patch) => {
    if (patch.whole) { window.connected = true; return; }
    for (const row of Object.values(patch.contacts)) window.stages.push(row && row.stage);
  });
}"""


def _program(session: Session) -> str:
    user = add_user(session, login="robot", name="Robot", password="a-good-password", roles={"program"})
    return add_token(session, user, "test", frozenset({"program"}), time.time())


def test_a_program_hears_a_call_from_its_arrival_to_its_end(c: RunningCenter, browser: Browser) -> None:
    program = browser.screen(c, "/log-in")
    program.page.evaluate(_LISTEN, c.store.write(_program))
    program.wait("window.connected", "the whole picture first")
    with calling(c, number="+56922220030", keys=[(0.5, "0")]):
        program.wait("window.stages.includes('queued')", "a contact that waits")
    program.wait("window.stages.at(-1) === null", "a contact that is gone")
    assert program.page.evaluate("window.stages[0]") == "ivr"


def test_a_stranger_hears_nothing(c: RunningCenter, browser: Browser) -> None:
    stranger = browser.screen(c, "/log-in")
    stranger.page.evaluate(_LISTEN, "wrong")
    stranger.wait("window.refused === 'not_logged_in'", "a refusal")
    assert stranger.page.evaluate("window.stages") == []
