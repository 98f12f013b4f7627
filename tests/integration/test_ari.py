"""AriSwitch on a real Asterisk, with SIPp at both ends."""

import math
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.core.commands import (
    Answer,
    Arrange,
    DialLeg,
    DropLeg,
    FollowVoice,
    MuteRecording,
    Play,
    SetFuse,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.inputs import (
    CallArrived,
    CallMissed,
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
    SwitchDown,
    SwitchUp,
    VoicesHeard,
)
from tests.integration.ari_center import AriCenter, arrived, hold, talk
from tests.integration.ari_proxy import AriProxy
from tests.integration.asterisk import DID_ES, PrivateAsterisk, private_asterisk
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


def assert_silent_between(file: Path, muted_byte: int, unmuted_byte: int) -> None:
    """Both tones before and after, and silence meanwhile; commands take up to a quarter of a second."""
    with wave.open(str(file)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        samples = struct.unpack(f"<{sound.getnframes()}h", sound.readframes(sound.getnframes()))
    since, until_sample = muted_byte // 2, unmuted_byte // 2
    assert tones(samples[since - 4000 : since]) == tones(samples[-4000:]) == {440, 600}
    assert max(map(abs, samples[since + 4000 : until_sample - 2000])) < 100


def tones(samples: Sequence[int]) -> set[int]:
    """Which of our tones there are (Goertzel's algorithm)."""
    power = sum(sample * sample for sample in samples) / len(samples)
    return {it for it in (440, 600, 1000) if _power_at(it, samples) > 0.05 * power > 0}


def _power_at(hertz: int, samples: Sequence[int]) -> float:
    coefficient = 2 * math.cos(2 * math.pi * hertz / 8000)
    one = two = 0.0
    for sample in samples:
        one, two = sample + coefficient * one - two, one
    return (one * one + two * two - coefficient * one * two) * 2 / len(samples) ** 2


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
            FollowVoice(recording=recording, leg=leg, who="caller", recording_at=time.time()),
            FollowVoice(recording=recording, leg=agent, who="agent", recording_at=time.time()),
            SetFuse(leg=leg, seconds=600),
        )
        center.wait(LegLeft, leg=leg, conversation=waiting)
        center.wait(LegJoined, leg=leg, conversation=talking)
        center.wait(LegJoined, leg=agent, conversation=talking)
        until(lambda: caller.audio.hears(600) and phone.audio.hears(440), "each other")
        until(lambda: asterisk.bridges() == [talking], "one bridge", story=asterisk.bridges)
        file = center.recording_file(recording)
        until(lambda: file.exists() and file.stat().st_size > 12_000, "three quarters of a second recorded")
        marks = []
        for muted in (True, False):
            center.perform(MuteRecording(recording=recording, muted=muted))
            marks.append(file.stat().st_size)
            until(lambda: file.stat().st_size > marks[-1] + 24_000, "the file goes on, silent or not")

        phone.hang_up()
        assert center.wait(LegEnded, leg=agent).by == "agent"
        center.perform(StopRecording(recording=recording), Arrange(contact=ContactId(contact)))
        stored = center.wait(RecordingStored, recording=recording)
        assert stored.seconds > 0.5
        assert_silent_between(center.recording_file(recording), *marks)
        [heard] = center.told(VoicesHeard)
        for [(since, until_seconds)] in (heard.caller, heard.agent):
            assert since < 1
            assert abs(until_seconds - stored.seconds) < 1
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


def ring(center: AriCenter, endpoint: str, seconds: float = 10) -> LegId:
    """Rings a phone as a leg of nobody's contact."""
    leg: LegId = center.new_id("agent")
    center.perform(DialLeg(leg=leg, contact=ContactId("c-" + leg), endpoint=endpoint, ring_seconds=seconds))
    return leg


@pytest.mark.parametrize(
    ("code", "reason"), [(486, "busy"), (603, "rejected"), (480, "no_answer"), (404, "unreachable")]
)
def test_a_phone_that_says_no_tells_why(
    asterisk: PrivateAsterisk, center: AriCenter, code: int, reason: str
) -> None:
    with asterisk.phone(ring_seconds=0.2, reject_code=code) as phone:
        leg = ring(center, center.provision("bob", phone))
        failed = center.wait(LegFailed, leg=leg)
    assert (failed.reason, failed.sip_code, failed.decided_by) == (reason, code, "agent")
    assert center.told(LegAnswered) == []


def test_a_phone_that_nobody_answers_rings_for_the_time_given(
    asterisk: PrivateAsterisk, center: AriCenter
) -> None:
    with asterisk.phone(ring_seconds=None) as phone:
        leg = ring(center, center.provision("carl", phone), seconds=1)
        center.wait(LegRinging, leg=leg)
        failed = center.wait(LegFailed, leg=leg)
    assert (failed.reason, failed.sip_code, failed.decided_by) == ("no_answer", 0, "center")


def test_a_phone_that_nobody_knows_is_refused(center: AriCenter) -> None:
    failed = center.wait(LegFailed, leg=ring(center, "PJSIP/nobody"))
    assert (failed.reason, failed.decided_by) == ("refused", "switch")


def test_a_ringing_phone_can_be_silenced(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    with asterisk.phone(ring_seconds=None) as phone:
        leg = ring(center, center.provision("dora", phone))
        center.wait(LegRinging, leg=leg)
        center.perform(DropLeg(leg=leg))
        assert center.wait(LegFailed, leg=leg).decided_by == "center"
        assert phone.wait_ended() == "cancelled"


def test_a_phone_moves_when_its_contact_changes(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    with asterisk.phone() as first:
        center.wait(LegAnswered, leg=ring(center, center.provision("eva", first)))
        with asterisk.phone() as second:
            center.agents.clear()
            center.wait(LegAnswered, leg=ring(center, center.provision("eva", second)))
            second.wait_answered()
            for leg in list(center.belief.legs):
                center.perform(DropLeg(leg=leg))
            first.wait_ended()
            second.wait_ended()


def test_a_missing_prompt_fails_at_once(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    with asterisk.call() as caller:
        leg = arrived(center)
        prompt = center.new_id("prompt")
        center.perform(Play(playback=prompt, leg=leg, says=("there-is-no-such-file",), language="en"))
        assert center.wait(PromptEnded, playback=prompt).failed
        caller.hang_up()
    assert center.wait(LegEnded, leg=leg).by == "caller"


@pytest.mark.parametrize(
    "header",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        '"<script>" <sip:%22;drop@127.0.0.1>',
        f"<sip:{'9' * 200}@127.0.0.1>",
        '"Ñandú 日本" <sip:+56911111111@127.0.0.1>',
    ],
)
def test_any_caller_id_arrives(asterisk: PrivateAsterisk, center: AriCenter, header: str) -> None:
    with asterisk.call(from_header=header) as caller:
        leg = arrived(center)
        call = center.wait(CallArrived)
        assert len(call.pii_number) <= 64
        assert "anonymous" not in call.pii_number
        caller.wait_answered()
        center.perform(DropLeg(leg=leg))
        caller.wait_ended()


def test_commands_given_twice_make_one_thing(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    contact = center.new_id("contact")
    with asterisk.call(tone_hertz=440) as caller, asterisk.phone() as phone:
        leg = arrived(center)
        center.arrive(contact, leg)
        agent, recording = center.new_id("agent"), center.new_id("recording")
        endpoint = center.provision("fred", phone)
        twice = [
            DialLeg(leg=agent, contact=contact, endpoint=endpoint, ring_seconds=9),
            hold(contact, center.new_id("hold"), leg),
            StartRecording(recording=recording, leg=leg),
        ]
        center.perform(*twice, *twice)
        center.wait(LegAnswered, leg=agent)
        center.perform(*twice, talk(contact, center.new_id("talk"), leg, agent), *twice[2:])
        until(lambda: phone.audio.hears(440), "the caller")
        assert len(center.told(LegAnswered, leg=agent)) == 1
        assert len(asterisk.bridges()) == 1
        center.perform(StopRecording(recording=recording), DropLeg(leg=agent), DropLeg(leg=agent))
        center.wait(RecordingStored, recording=recording)
        center.wait(LegEnded, leg=agent)
        center.perform(DropLeg(leg=leg), DropLeg(leg=leg), Answer(leg=leg), hold(contact, "x", leg))
        caller.wait_ended()
    assert len(center.told(RecordingStored)) == 1


def test_who_is_taken_out_of_his_talk_is_put_back(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    contact, talking = center.new_id("contact"), center.new_id("talk")
    with asterisk.call(tone_hertz=440) as caller, asterisk.phone() as phone:
        leg = arrived(center)
        center.arrive(contact, leg)
        agent, endpoint = center.new_id("agent"), center.provision("gil", phone)
        center.perform(DialLeg(leg=agent, contact=contact, endpoint=endpoint, ring_seconds=9))
        center.wait(LegAnswered, leg=agent)
        center.perform(talk(contact, talking, leg, agent))
        center.wait(LegJoined, leg=leg, conversation=talking)
        asterisk.take_out(leg, talking)
        center.wait(LegLeft, leg=leg, conversation=talking)
        until(
            lambda: len(center.told(LegJoined, leg=leg, conversation=talking)) == 2,
            "him back",
            15,
            center.story,
        )
        until(lambda: phone.audio.hears(440), "the caller")
        center.perform(DropLeg(leg=agent), DropLeg(leg=leg))
        caller.wait_ended()


def test_a_renewed_fuse_burns_only_without_us(asterisk: PrivateAsterisk, center: AriCenter) -> None:
    contact = center.new_id("contact")
    with asterisk.call() as caller, asterisk.phone(port=asterisk.fallback_port):
        leg = arrived(center)
        center.arrive(contact, leg)
        center.perform(
            hold(contact, center.new_id("hold"), leg), SetFuse(leg=leg, seconds=1.5, refresh_seconds=0.4)
        )
        began = time.monotonic()
        until(lambda: time.monotonic() - began > 3.5, "three and a half seconds")
        assert center.told(LegEnded) == []
        center.stop()
        until(lambda: "Queue" in asterisk.command("core show channels concise"), "the fallback's queue", 20)
        center.start()
        ended = center.wait(LegEnded, leg=leg)
        assert (ended.by, ended.resync) == ("fallback", True)
        caller.hang_up()
        until(lambda: asterisk.bridges() == [], "no bridge", story=asterisk.bridges)
    assert center.told(CallMissed) == []


def test_a_prompt_longer_than_the_links_patience_delays_nobody(
    asterisk: PrivateAsterisk, center: AriCenter
) -> None:
    with asterisk.call() as caller:
        leg = arrived(center)
        prompt, began = center.new_id("prompt"), time.monotonic()
        center.perform(
            SetFuse(leg=leg, seconds=11, refresh_seconds=2),
            Play(playback=prompt, leg=leg, says=("silence/8",), language="en"),
        )
        center.wait(PromptStarted, playback=prompt)
        assert not center.wait(PromptEnded, playback=prompt, seconds=15).failed
        assert time.monotonic() - began > 7
        until(lambda: time.monotonic() - began > 12.5, "the time of a fuse that is not renewed")
        assert center.told(SwitchDown) == center.told(LegEnded) == []
        center.perform(DropLeg(leg=leg))
        caller.wait_ended()


def again(center: AriCenter, asterisk: PrivateAsterisk, thread: ReactorThread) -> AriCenter:
    """The daemon after kill -9: the same belief, from its journal."""
    center.stop()
    return AriCenter(asterisk, thread, belief=Belief.restore(center.belief.state()))


def test_a_new_daemon_goes_on_with_the_calls_of_the_old(
    asterisk: PrivateAsterisk, center: AriCenter, thread: ReactorThread
) -> None:
    contact = center.new_id("contact")
    with asterisk.call(tone_hertz=440) as caller, asterisk.phone(tone_hertz=600) as phone:
        leg = arrived(center)
        center.arrive(contact, leg)
        agent, recording, talking = center.new_id("agent"), center.new_id("recording"), center.new_id("talk")
        center.perform(
            DialLeg(leg=agent, contact=contact, endpoint=center.provision("gina", phone), ring_seconds=9)
        )
        center.wait(LegAnswered, leg=agent)
        center.perform(talk(contact, talking, leg, agent), StartRecording(recording=recording, leg=leg))
        until(lambda: center.recording_file(recording).exists(), "the recording")
        center.wait(LegJoined, leg=agent)
        with again(center, asterisk, thread) as heir:
            assert [type(one).__name__ for one in heir.inputs] == ["SwitchUp", "SwitchSynced"]
            until(lambda: caller.audio.hears(600) and phone.audio.hears(440), "each other")
            assert asterisk.bridges() == [talking]
            heir.perform(StopRecording(recording=recording), DropLeg(leg=agent))
            heir.wait(RecordingStored, recording=recording)
            assert heir.wait(LegEnded, leg=agent).by == "center"
            caller.hang_up()
            assert heir.wait(LegEnded, leg=leg).by == "caller"
            until(lambda: asterisk.bridges() == [], "no bridge", story=asterisk.bridges)


def test_what_ended_while_the_daemon_was_away_is_told_with_its_time_and_cause(
    asterisk: PrivateAsterisk, center: AriCenter, thread: ReactorThread
) -> None:
    contact = center.new_id("contact")
    with asterisk.call() as caller, asterisk.phone(ring_seconds=1, reject_code=486) as phone:
        leg = arrived(center)
        center.arrive(contact, leg)
        agent = center.new_id("agent")
        center.perform(
            hold(contact, center.new_id("hold"), leg),
            DialLeg(leg=agent, contact=contact, endpoint=center.provision("hugo", phone), ring_seconds=30),
        )
        center.wait(LegRinging, leg=agent)
        heir = again(center, asterisk, thread)
        left_at = time.time()
        caller.hang_up()
        until(lambda: asterisk.channels() == [], "no channel", story=asterisk.channels)
        with heir:
            ended, failed = heir.wait(LegEnded, leg=leg), heir.wait(LegFailed, leg=agent)
            assert ended.by == "caller"
            assert abs(ended.at - left_at) < 1
            assert (failed.reason, failed.decided_by) == ("busy", "agent")
            assert heir.belief.legs == {}


def test_what_nobody_wants_is_deleted(
    asterisk: PrivateAsterisk, center: AriCenter, thread: ReactorThread
) -> None:
    with asterisk.phone() as phone:
        leg = ring(center, center.provision("ines", phone))
        center.wait(LegAnswered, leg=leg)
        center.perform(talk("c-" + leg, center.new_id("talk"), leg))
        center.wait(LegJoined, leg=leg)
        center.stop()
        with AriCenter(asterisk, thread, belief=Belief()):
            phone.wait_ended()
            asterisk.wait_quiet()


def test_a_call_that_came_while_nobody_was_there_is_missed(
    asterisk: PrivateAsterisk, center: AriCenter
) -> None:
    center.stop()
    with asterisk.call(number="+56922222222", talk_seconds=1) as caller:
        caller.wait_answered()
        caller.wait_ended()
    until(lambda: asterisk.channels() == [], "no channel", story=asterisk.channels)
    center.start()
    missed = center.wait(CallMissed)
    assert (missed.did, missed.pii_number, missed.answered) == (DID_ES, "+56922222222", False)
    assert missed.ended_at - missed.arrived_at == pytest.approx(1, abs=0.7)
    center.stop()
    center.start()
    assert len(center.told(CallMissed)) == 1


def test_a_link_that_was_cut_heals_and_tells_what_it_missed(
    asterisk: PrivateAsterisk, thread: ReactorThread
) -> None:
    with (
        AriProxy(asterisk.config.asterisk.http_port) as proxy,
        asterisk.phone(ring_seconds=None) as phone,
        AriCenter(asterisk, thread, url=proxy.url) as center,
        asterisk.call() as gone,
        asterisk.call() as waiting,
    ):
        until(lambda: len(center.told(CallArrived)) == 2, "two calls")
        legs = {call.leg for call in center.told(CallArrived)}
        for leg in legs:
            center.arrive("c-" + leg, leg)
            center.perform(Answer(leg=leg), hold("c-" + leg, f"{center.name}-b-{leg}", leg))
        until(lambda: waiting.audio.level() > 100, "music")
        agent = ring(center, center.provision("juan", phone))
        center.wait(LegRinging, leg=agent)
        proxy.cut(1.5)
        center.wait_down()
        center.wait(SwitchDown)
        gone.hang_up()
        phone.answer()
        center.wait_live()
        ended = center.wait(LegEnded, by="caller")
        assert ended.resync
        [left] = legs - {ended.leg}
        center.wait(LegAnswered, leg=agent)  # for a moment: Asterisk has nobody to hand him to
        assert center.wait(LegEnded, leg=agent).by == "switch"
        until(lambda: waiting.audio.level() > 100, "music still")
        center.perform(DropLeg(leg=left))
        center.wait(LegEnded, leg=left, by="center")
        waiting.wait_ended()
    asterisk.wait_quiet()


def test_a_link_that_brings_nothing_is_given_up(asterisk: PrivateAsterisk, thread: ReactorThread) -> None:
    with (
        AriProxy(asterisk.config.asterisk.http_port) as proxy,
        AriCenter(asterisk, thread, url=proxy.url) as center,
    ):
        proxy.freeze()
        center.wait(SwitchDown, seconds=8)
        proxy.thaw()
        center.wait_live()
        assert len(center.told(SwitchUp)) == 2


def test_the_proxy_counts_requests_and_calls_after_the_last(
    asterisk: PrivateAsterisk, thread: ReactorThread
) -> None:
    seen: list[str] = []
    with (
        AriProxy(asterisk.config.asterisk.http_port) as proxy,
        AriCenter(asterisk, thread, url=proxy.url) as center,
    ):
        proxy.after(2, "/variable", lambda: seen.append(proxy.requests[-1]))
        for leg in ("a", "b", "c"):
            center.perform(SetFuse(leg=LegId(leg), seconds=5))
        until(lambda: seen, "the second", story=lambda: proxy.requests)
    assert [uri.endswith("/variable?variable=TIMEOUT%28absolute%29&value=5") for uri in seen] == [True]


def test_another_master_makes_us_close_everything(asterisk: PrivateAsterisk, thread: ReactorThread) -> None:
    with AriCenter(asterisk, thread) as old, AriCenter(asterisk, thread) as new:
        until(lambda: old.replaced, "the old one gives up")
        assert new.live
        assert not new.replaced
        with asterisk.call() as caller:
            leg = arrived(new)
            new.perform(DropLeg(leg=leg))
            caller.wait_ended()
        assert old.told(CallArrived) == []


def test_an_asterisk_that_died_and_came_back_has_no_calls(tmp_path: Path, thread: ReactorThread) -> None:
    with (
        private_asterisk(tmp_path) as asterisk,
        asterisk.phone() as phone,
        AriCenter(asterisk, thread) as center,
        asterisk.call(),
    ):
        leg = arrived(center)
        endpoint = center.provision("kai", phone)
        asterisk.process.kill()
        center.wait_down()
        asterisk.restart()
        center.wait_live()
        ended = center.wait(LegEnded, leg=leg)
        assert (ended.by, ended.resync) == ("switch", True)
        first, second = center.told(SwitchUp)
        assert first.session != second.session
        center.agents.clear()
        assert center.provision("kai", phone) == endpoint
        center.wait(LegAnswered, leg=ring(center, endpoint))
        assert center.belief.legs.keys() == {center.told(LegAnswered)[-1].leg}


LOOK = """
import sys
from ctiserver.asterisk.ami_watch import check
from ctiserver.core.errors import SwitchUnreachable
try:
    report = check("127.0.0.1", int(sys.argv[1]), sys.argv[2], sys.argv[3])
    print(report.version, report.calls, report.missing_modules)
except SwitchUnreachable as error:
    print(error)
"""


def look(port: int, secret: str) -> str:
    """What the doctor sees through AMI; in a process of its own, for pyst2 has threads and its own `asterisk`."""
    command = [sys.executable, "-W", "ignore", "-c", LOOK, str(port), USER, secret]
    repository = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, cwd=repository)
    assert done.stderr == ""
    return done.stdout.strip()


def test_the_doctor_sees_asterisk_through_ami(asterisk: PrivateAsterisk) -> None:
    port = asterisk.config.asterisk.ami_port
    seen = look(port, passwords(asterisk.config).ami)
    assert seen.startswith("22")
    assert seen.endswith(" 0 ()")
    assert "refuses the user" in look(port, "wrong")
    assert "start Asterisk with" in look(9, "any")
