"""AriSwitch on a real Asterisk, with SIPp at both ends."""

from collections.abc import Iterator

import pytest

from ctiserver.core.commands import (
    Answer,
    Arrange,
    DialLeg,
    DropLeg,
    Play,
    SetFuse,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.ids import ContactId
from ctiserver.core.inputs import (
    CallArrived,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    PromptEnded,
    PromptStarted,
    RecordingStored,
)
from tests.integration.ari_center import AriCenter, arrived, hold, talk
from tests.integration.asterisk import DID_ES, PrivateAsterisk
from tests.integration.reactor_thread import ReactorThread
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def thread() -> Iterator[ReactorThread]:
    running = ReactorThread()
    yield running
    running.stop()


@pytest.fixture
def center(asterisk: PrivateAsterisk, thread: ReactorThread) -> Iterator[AriCenter]:
    with AriCenter(asterisk, thread) as running:
        yield running
    asterisk.wait_quiet()


def test_a_call_lives_from_greeting_to_survey(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    contact = center.new_id("contact")
    with (
        asterisk.call(DID_ES, number="+56911111111", tone_hertz=440) as caller,
        asterisk.phone(ring_seconds=0.3, tone_hertz=600) as phone,
    ):
        call = center.wait(CallArrived)
        assert (call.did, call.pii_number) == (DID_ES, "+56911111111")
        leg = call.leg
        center.arrive(contact, leg)
        center.perform(Answer(leg=leg), SetFuse(leg=leg, seconds=60, refresh_seconds=20))
        center.wait(LegAnswered, leg=leg)
        caller.wait_answered()

        greeting = center.new_id("greeting")
        center.perform(Play(playback=greeting, leg=leg, says=("demo-congrats",), language="en"))
        center.wait(PromptStarted, playback=greeting)
        until(lambda: caller.audio.level() > 100, "the greeting is heard", story=caller.audio.level)
        caller.press("5")
        assert center.wait(DigitPressed, leg=leg).pii_digit == "5"
        center.perform(StopPlaying(playback=greeting))
        center.wait(PromptEnded, playback=greeting, failed=False)
        until(lambda: caller.audio.level() < 20, "silence", story=caller.audio.level)

        waiting = center.new_id("hold")
        center.perform(hold(contact, waiting, leg))
        center.wait(LegJoined, leg=leg, conversation=waiting)
        until(lambda: caller.audio.level() > 100, "music", story=caller.audio.level)
        place = center.new_id("place")
        center.perform(Play(playback=place, leg=leg, says=("hello-world",), language="en"))
        center.wait(PromptStarted, playback=place)
        caller.press("7")
        center.wait(DigitPressed, pii_digit="7")
        center.wait(PromptEnded, playback=place, failed=False)
        until(lambda: caller.audio.level() > 100, "music again", story=caller.audio.level)

        endpoint = center.provision("ann", phone)
        agent = center.new_id("agent")
        center.perform(
            DialLeg(
                leg=agent,
                contact=ContactId(contact),
                endpoint=endpoint,
                ring_seconds=10,
                caller_number="+56911111111",
            )
        )
        center.wait(LegRinging, leg=agent)
        center.wait(LegAnswered, leg=agent)
        recording, talking = center.new_id("recording"), center.new_id("talk")
        center.perform(
            talk(contact, talking, leg, agent),
            StartRecording(recording=recording, leg=leg),
            SetFuse(leg=leg, seconds=600),
        )
        center.wait(LegLeft, leg=leg, conversation=waiting)
        center.wait(LegJoined, leg=leg, conversation=talking)
        center.wait(LegJoined, leg=agent, conversation=talking)
        until(lambda: caller.audio.hears(600) and phone.audio.hears(440), "each other")
        until(lambda: asterisk.bridges() == [talking], "one bridge", story=asterisk.bridges)

        phone.hang_up()
        assert center.wait(LegEnded, leg=agent).by == "agent"
        center.perform(StopRecording(recording=recording), Arrange(contact=ContactId(contact)))
        stored = center.wait(RecordingStored, recording=recording)
        assert stored.seconds >= 0
        question = center.new_id("question")
        center.perform(Play(playback=question, leg=leg, says=("hello-world",), language="en"))
        center.wait(PromptEnded, playback=question, failed=False)
        center.perform(DropLeg(leg=leg))
        assert center.wait(LegEnded, leg=leg).by == "center"
        assert caller.wait_ended() == "bye_received"
    assert center.told(LegFailed) == []
    asterisk.wait_quiet()
    assert center.belief.legs == {}
    assert center.belief.pending() == []
