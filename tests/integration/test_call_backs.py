"""Who waits asks to be called back, and is: on a real Asterisk, with his telephone behind the trunk, through a kill.

And what a supervisor announces is heard by the next caller. One center serves all walks.
"""

import io
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile
from sqlalchemy.orm import Session

from crm_core import announcement_sounds, announcements
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.telephone_sound import telephone_sound
from ctiserver.bus import topics
from ctiserver.core.events import (
    AnnouncementHeard,
    CallbackCancelled,
    CallbackFailed,
    CallbackPlaced,
    CallbackReached,
    CallbackReserved,
    ContactArrived,
    ContactConnected,
    ContactQueued,
)
from ctiserver.process import folders
from tests.integration.daemon import RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import Caller, until

pytestmark = pytest.mark.integration

ASKS, GIVES_UP = "+56971880001", "+56971880002"
TONE_HERTZ = 600


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(
        tmp_path_factory.mktemp("center"), queue={"call_back_key": "1", "survey": None}, start=False
    ) as c:
        c.store.write(_let_call_at_any_hour)
        c.start()
        yield c
        c.stop()


def _let_call_at_any_hour(session: Session) -> None:
    """Tests run at night."""
    for row in shipped().values():
        plain = msgspec.to_builtins(row) | {"hours": {}, "on_holidays": True}
        legal_profiles.change(session, 1, plain, expected_version=0, by="test", now=1.0)


def asks_to_be_called(c: RunningCenter, journal: JournalProbe, caller: Caller) -> Any:
    """From the menu to the goodbye; the contact that waits for him."""
    so_far, placed = len(journal.events(ContactQueued)), len(journal.events(CallbackPlaced))
    caller.wait_answered()
    caller.press("0")
    until(lambda: len(journal.events(ContactQueued)) > so_far, "his place", 20, c.log)
    caller.press("1")
    caller.press("1")
    caller.press("1")
    until(lambda: len(journal.events(CallbackPlaced)) > placed, "his wish", 20, c.log)
    caller.hang_up()
    return journal.events(CallbackPlaced)[-1]


def test_he_asks_hangs_up_outlasts_a_kill_is_called_and_talks_with_the_agent(running: RunningCenter) -> None:
    c, journal = running, JournalProbe(running.asterisk.config)
    with c.call(number=ASKS) as caller:
        wish = asks_to_be_called(c, journal, caller)
    assert c.wait_stage("call_back")[0]["channel"] == "callback"
    c.kill_calls()
    assert [one["contact"] for one in c.wait_stage("call_back")] == [wish.contact]
    with (
        c.phone("ann") as ann,
        c.asterisk.phone(port=c.asterisk.emergency_port, ring_seconds=1.0) as his,
    ):
        c.set_status("ann", "available")
        until(lambda: his.told("invited"), "his telephone", 30, c.log)
        [reserved] = journal.events(CallbackReserved)
        assert (reserved.contact, reserved.agent) == (wish.contact, "ann")
        assert not ann.told("invited")  # she is kept, and hears nothing before he answers
        his.wait_answered(seconds=30)
        until(lambda: journal.events(CallbackReached), "his answer", 20, c.log)
        until(lambda: journal.events(ContactConnected), "the talk", 20, c.log)
        c.talk_a_while()
        assert len(his.told("invited")) == 1
        his.hang_up()
        ann.wait_ended()
    c.dispose("ann")
    c.set_status("ann", "logged_out")
    rows = {row.channel: row for row in c.wait_records(2) if row.ani == ASKS}
    assert (rows["voice"].outcome, rows["callback"].outcome) == ("call_back", "answered")
    assert rows["callback"].segments[0].agent == "ann"


def test_a_telephone_that_is_busy_frees_the_agent_and_who_is_called_off_is_called_no_more(
    running: RunningCenter,
) -> None:
    c, journal = running, JournalProbe(running.asterisk.config)
    with c.call(number=GIVES_UP) as caller:
        wish = asks_to_be_called(c, journal, caller)
    with c.asterisk.phone(port=c.asterisk.emergency_port, reject_code=486, ring_seconds=0.05):
        c.set_status("ann", "available")
        until(lambda: journal.events(CallbackFailed), "the refusal", 40, c.log)
    [failed] = journal.events(CallbackFailed)
    assert (failed.reason, failed.attempt) == ("busy", 1)
    assert failed.again_at is not None
    assert failed.again_at > time.time()
    c.wait_activity("ann", "idle")
    answer = c.probe.request("CancelCallback", account_id=1, contact=wish.contact, reason="not needed")
    assert "error_id" not in answer, answer
    until(lambda: journal.events(CallbackCancelled), "the end", 20, c.log)
    c.set_status("ann", "logged_out")
    assert c.contacts("call_back") == []


def test_a_recording_that_is_announced_is_heard_by_the_next_caller_and_after_a_kill(
    running: RunningCenter,
) -> None:
    c, journal = running, JournalProbe(running.asterisk.config)
    brought = io.BytesIO()
    tone = 0.3 * np.sin(2 * np.pi * TONE_HERTZ * np.arange(44100 * 5) / 44100)
    soundfile.write(brought, tone, 44100, format="MP3")
    by: dict[str, Any] = {"by": "sup", "now": time.time()}
    made, folder = telephone_sound(brought.getvalue()), folders.announcements_dir(c.asterisk.config)
    sound = c.store.write(announcement_sounds.add, folder, 1, "Aviso", made.wav, made.seconds, **by).key
    written = {"prompt": None, "text": None, "sound": sound, "queues": [], "areas": []}
    times = {"from_at": None, "until_at": None}
    number = c.store.write(announcements.add, 1, name="Cerrado", **written, **times, **by).id
    c.store.write(announcements.switch, 1, number, on=True, **by)
    c.probe.ask(topics.RELOAD, seconds=30.0)
    so_far = len(journal.events(ContactArrived))

    def hears_it() -> None:
        with c.call(number=ASKS) as caller:
            caller.wait_answered()
            until(lambda: caller.audio.hears(TONE_HERTZ), "the recording", 20, c.log)
            caller.hang_up()

    hears_it()
    c.kill_calls()
    hears_it()
    until(lambda: c.store.read(announcements.hearings, 1) == {number: (2, 0)}, "the count", 20, c.log)
    heard = journal.events(AnnouncementHeard)
    assert [one.contact for one in heard] == [one.contact for one in journal.events(ContactArrived)[so_far:]]
