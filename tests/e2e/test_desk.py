"""What an agent does at the desk besides talking: pass on, find out who calls, say how it ended."""

import pytest

from tests.e2e.browser import MICROPHONE_HERTZ, Browser
from tests.e2e.test_softphone import CALLER_HERTZ, calling, take
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


def test_a_caller_is_passed_on_to_a_colleague_by_keyboard(c: RunningCenter, browser: Browser) -> None:
    bob = browser.desk(c, "bob")
    ann = browser.desk(c, "ann")
    with calling(c, number="+56922220031", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.press("Alt+Shift+T")
        ann.page.keyboard.type("bob")
        ann.wait_text("#transfer-list [aria-selected=true]", "Fuera de turno")
        ann.press("Enter")
        assert ann.page.evaluate("document.getElementById('transfer').open"), (
            "nobody goes to who is not there"
        )
        bob.page.click('[data-status="available"]')
        ann.wait_text("#transfer-list [aria-selected=true]", "Disponible")
        ann.press("Enter")
        ann.wait_stage("wrapping_up")
        bob.wait_stage("ringing")
        bob.wait_text("#why", "Ann le pasó este contacto")
        bob.wait("window.softphone.ringing", "a ringing telephone")
        bob.press("Alt+Shift+A")
        bob.wait_stage("talking")
        bob.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the colleague at the caller", 15)
        c.talk_a_while()
        caller.hang_up()
    assert ann.complaints == bob.complaints == []
