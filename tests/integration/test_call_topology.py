"""Who hears whom on a real Asterisk: muted, on hold, in a consult, a conference, after it; kill -9 in the consult.

Their queue records consults: what the two say to each other is in a file of its own, and in no other.
"""

from collections.abc import Iterator

import pytest

from ctiserver.process import folders
from tests.integration.daemon import RunningCenter, center
from tests.integration.recordings import sound_of
from tests.integration.rtp import holds_tone
from tests.integration.sipp import Caller, Phone, until

pytestmark = pytest.mark.integration

CALLER, ANN, BOB = 500, 700, 1100


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(tmp_path_factory.mktemp("topology"), queue={"record_consults": True}) as running:
        yield running


def wait_heard(c: RunningCenter, who: Caller | Phone, *tones: int) -> None:
    """Returns when somebody hears exactly these of the three."""

    def heard() -> set[int]:
        return {tone for tone in (CALLER, ANN, BOB) if who.audio.hears(tone)}

    until(lambda: heard() - {who_hertz(who)} == set(tones), f"{tones}, not {heard()}", 15, c.log)


def who_hertz(who: Caller | Phone) -> int:
    return CALLER if isinstance(who, Caller) else 0


def ask(c: RunningCenter, request: str, agent: str = "ann", **fields: str | bool) -> None:
    answer = c.probe.request(request, agent=agent, **fields)
    assert "error_id" not in answer, answer


def test_each_hears_whom_he_should_at_every_step_of_a_call(c: RunningCenter) -> None:
    with (
        c.phone("ann", tone_hertz=ANN) as ann,
        c.phone("bob", tone_hertz=BOB) as bob,
        c.call(number="+56977790001", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        c.set_status("ann", "available")
        c.wait_stage("talking")
        wait_heard(c, caller, ANN)
        wait_heard(c, ann, CALLER)

        ask(c, "Mute")
        wait_heard(c, caller)
        wait_heard(c, ann, CALLER)
        ask(c, "Hold")
        until(lambda: caller.audio.level() > 50 and not caller.audio.hears(ANN), "music", 10, c.log)
        wait_heard(c, ann)

        c.set_status("bob", "available")
        ask(c, "StartConsult", to="bob")
        wait_heard(c, ann, BOB)
        wait_heard(c, bob)
        wait_heard(c, caller)

        c.kill_calls()  # in the middle of the consult
        c.wait_live()
        wait_heard(c, ann, BOB)
        wait_heard(c, bob)
        wait_heard(c, caller)
        ask(c, "Mute", muted=False)
        wait_heard(c, bob, ANN)
        until(lambda: caller.audio.level() > 50, "music, which goes on", 10, c.log)
        written = recorded_bytes(c)
        until(lambda: recorded_bytes(c) > written + 64_000, "two more seconds in both files", 15, c.log)

        ask(c, "MergeParties")
        wait_heard(c, caller, ANN, BOB)
        wait_heard(c, ann, CALLER, BOB)
        wait_heard(c, bob, CALLER, ANN)

        c.talk_a_while()
        ask(c, "HangUp")
        wait_heard(c, caller, BOB)
        wait_heard(c, bob, CALLER)
        ann.wait_ended()
        caller.hang_up()
        bob.wait_ended()
    for agent in ("ann", "bob"):
        c.wait_activity(agent, "wrapping_up")
    c.send_home()
    record = c.wait_record("+56977790001")
    assert [(it.agent, it.began, it.transfer) for it in record.segments] == [
        ("ann", "queue", "conference"),
        ("bob", "conference", None),
    ]
    [asked] = record.third_parties
    assert (asked.agent, asked.outcome) == ("bob", "merged")
    aside = hears(c, asked.recording)
    assert {ANN, BOB} <= aside
    assert CALLER not in aside, "the caller was on hold, and in the talk the file is over"


def recorded_bytes(c: RunningCenter) -> int:
    """Of the files that the switch writes now; a second of sound is 16 000."""
    return sum(it.stat().st_size for it in folders.recordings_dir(c.asterisk.config).glob("*.wav"))


def hears(c: RunningCenter, name: str | None) -> set[int]:
    """The tones of the three that some half second of the file holds."""
    samples, _rate = sound_of(c.asterisk.config, name)
    sound = [int(one) for one in samples]
    halves = [sound[at : at + 4000] for at in range(0, len(sound) - 4000, 4000)]
    return {tone for tone in (CALLER, ANN, BOB) if any(holds_tone(half, tone) for half in halves)}


def test_two_colleagues_who_call_each_other_hear_each_other_and_nothing_is_on_record(
    c: RunningCenter,
) -> None:
    with c.phone("ann", tone_hertz=ANN) as ann, c.phone("bob", tone_hertz=BOB) as bob:
        for agent in ("ann", "bob"):
            c.set_status(agent, "available")
        ask(c, "CallColleague", to="bob")
        wait_heard(c, ann, BOB)
        wait_heard(c, bob, ANN)
        ask(c, "HangUp", agent="bob")
        ann.wait_ended()
        bob.wait_ended()
        for agent in ("ann", "bob"):
            c.wait_activity(agent, "idle")
    c.send_home()
