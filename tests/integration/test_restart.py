"""An orderly restart, as at an upgrade: whoever talks notices nothing, and nothing is decided a second time."""

from pathlib import Path

import pytest

from tests.integration.daemon import VALUABLE, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

CALLER_TONE, AGENT_TONE = 500, 700


def test_an_orderly_restart_replays_nothing_and_the_talk_goes_on(tmp_path: Path) -> None:
    with (
        center(tmp_path) as c,
        c.phone("ann", tone_hertz=AGENT_TONE) as ann,
        c.call(number=VALUABLE, keys=[(0.5, "0")], tone_hertz=CALLER_TONE) as caller,
    ):
        c.set_status("ann", "available")
        [before] = c.wait_stage("talking")
        c.stop()
        c.start()
        assert c.log().count("event=replayed entries=0") == 2
        [after] = c.contacts("talking")
        assert after == before
        until(lambda: caller.audio.hears(AGENT_TONE), "the agent's tone at the caller")
        until(lambda: ann.audio.hears(CALLER_TONE), "the caller's tone at the agent")
        caller.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.dispose("ann")
        record = c.wait_record(VALUABLE)
        assert record.outcome == "answered"
        assert len(record.segments) == 1
