"""Who hears whom on a real Asterisk while a supervisor listens, whispers, joins in and takes over."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import Caller, Phone, until

pytestmark = pytest.mark.integration

CALLER, ANN, BOB = 500, 700, 1100


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(tmp_path_factory.mktemp("supervised")) as running:
        yield running


def wait_heard(c: RunningCenter, **heard: tuple[Caller | Phone, set[int]]) -> None:
    """Returns when each hears exactly these of the three tones, all at the same time."""

    def now() -> dict[str, set[int]]:
        return {
            name: {tone for tone in (CALLER, ANN, BOB) if who.audio.hears(tone)}
            for name, (who, _) in heard.items()
        }

    wanted = {name: tones for name, (_, tones) in heard.items()}
    until(lambda: now() == wanted, f"{wanted}, not {now()}", 20, c.log)


def test_a_supervisor_hears_and_is_heard_as_he_chose_at_every_step(c: RunningCenter) -> None:
    with (
        c.phone("ann", tone_hertz=ANN) as ann,
        c.phone("bob", tone_hertz=BOB) as bob,
        c.call(number="+56977790002", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        c.set_status("ann", "available")
        [row] = c.wait_stage("talking")

        def ask(request: str, agent: str = "bob", **fields: str) -> None:
            answer = c.probe.request(request, agent=agent, contact=row["contact"], **fields)
            assert "error_id" not in answer, answer

        ask("Supervise", mode="listen")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER}), caller=(caller, {ANN}))
        ask("Supervise", mode="whisper")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER, BOB}), caller=(caller, {ANN}))
        ask("Supervise", mode="barge")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER, BOB}), caller=(caller, {ANN, BOB}))
        ask("Supervise", mode="listen")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER}), caller=(caller, {ANN}))

        ask("Hold", agent="ann")
        wait_heard(c, bob=(bob, {ANN}), ann=(ann, set()), caller=(caller, set()))
        ask("Resume", agent="ann")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER}), caller=(caller, {ANN}))

        c.kill_calls()  # while he listens
        c.wait_live()
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER}), caller=(caller, {ANN}))
        ask("Supervise", mode="whisper")
        wait_heard(c, bob=(bob, {CALLER, ANN}), ann=(ann, {CALLER, BOB}), caller=(caller, {ANN}))

        ask("TakeOver")
        wait_heard(c, bob=(bob, {CALLER}), caller=(caller, {BOB}))
        ann.wait_ended()
        c.dispose("ann")
        caller.hang_up()
        bob.wait_ended()
        c.dispose("bob")
    c.asterisk.wait_quiet()
    record = c.wait_record("+56977790002")
    assert [(it.agent, it.ended_by) for it in record.segments] == [("ann", "supervisor"), ("bob", "caller")]
    assert all(it.recording for it in record.segments)
    assert [it["act"] for it in record.acts] == [
        *("listen", "whisper", "barge", "listen", "whisper"),
        "taken_over",
    ]


def test_a_supervisor_whose_telephone_says_no_is_told_why_and_the_talk_goes_on(c: RunningCenter) -> None:
    with (
        c.phone("ann", tone_hertz=ANN) as ann,
        c.call(number="+56977790003", keys=[(0.3, "0")], tone_hertz=CALLER) as caller,
    ):
        c.set_status("ann", "available")
        [row] = c.wait_stage("talking")
        for code, why in ((486, "phone_busy"), (603, "phone_rejected"), (404, "phone_unreachable")):
            with c.phone("bob", ring_seconds=0.1, reject_code=code):
                answer = c.probe.request("Supervise", agent="bob", contact=row["contact"], mode="listen")
                assert "error_id" not in answer, answer
                _wait_over(c, "bob", why)
            wait_heard(c, ann=(ann, {CALLER}), caller=(caller, {ANN}))
        caller.hang_up()
        ann.wait_ended()
        c.dispose("ann")
    c.asterisk.wait_quiet()
    acts = [it["act"] for it in c.wait_record("+56977790003").acts]
    assert acts == ["phone_busy", "phone_rejected", "phone_unreachable"]


def _wait_over(c: RunningCenter, supervisor: str, reason: str) -> None:
    """Returns when he is told so; his desk says it in words."""

    def told() -> Any:
        return c.view()["agents"][supervisor].get("supervision_over")

    until(lambda: (told() or {}).get("reason") == reason, reason, 10, told)
