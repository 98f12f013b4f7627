"""The demo's own files walked: the emergency line, and the outage that callers from its area hear of first."""

from pathlib import Path
from typing import Any

import pytest
from driven_ivr import LEG, Driven, nodes, plays

import ivr.demo
from ctiserver.app import actions, prompt_files
from ctiserver.core.commands import RunAction, StartRecording
from ctiserver.core.customers import Candidate
from ctiserver.core.events import ContactQueued, MessageLeft, VoicemailLeft
from ctiserver.core.inputs import ActionDone, ActionFailed, LegSpoke, RecordingStored
from ctiserver.core.message import Message
from ctiserver.core.tables import Document, Hours, Number, Queue
from ivr.flow_file import read_flow

FOLDER = Path(ivr.demo.__path__[0])
QUEUES = tuple(
    Queue(key=key, emergency=key == "emergencia")  # type: ignore[arg-type]
    for key in ("servicio", "tecnico", "emergencia")
)
WHERE = {"street": "Los Aromos 123", "city": "Ñuñoa"}
READ_BACK = ("emergency-address", "name:Los Aromos 123", "name:Ñuñoa", "emergency-is-it")
ROSA = Candidate(customer_id=7, pii_name="Rosa", value_class="A", language="en", outage=True)


def document(name: str) -> Document:
    found = read_flow(
        (FOLDER / f"{name}.toml").read_text(),
        name,
        prompts=set(prompt_files.load().prompts),
        queues={str(queue.key) for queue in QUEUES},
        actions=actions.specs(),
        flows={file.stem for file in FOLDER.glob("*.toml")},
    )
    return found[1]


def driven(name: str, *, emergency: bool = False, hours: Hours | None = None) -> Driven:
    queues = tuple(
        Queue(key=queue.key, emergency=queue.emergency, hours=None if queue.emergency else hours)
        for queue in QUEUES
    )
    flows = {file.stem: document(file.stem) for file in FOLDER.glob("*.toml")}
    return Driven(flows=flows, queues=queues, numbers=(Number(did="600", flow=name, emergency=emergency),))


def asked(said: list[Message]) -> RunAction:
    [command] = [message for message in said if isinstance(message, RunAction)]
    return command


def comes(ivr: Driven, said: list[Message], outcome: str, **values: str) -> list[Message]:
    """What follows when the action that was asked for comes to this."""
    return ivr.say(ActionDone(at=3.0, action=asked(said).action, outcome=outcome, values=values))


def is_queued(said: list[Message]) -> bool:
    return any(isinstance(one, ContactQueued) and one.queue == "emergencia" for one in said)


CLOSED = Hours(time_zone="America/Santiago", week=((),) * 7)


@pytest.mark.parametrize(("name", "keys"), [("main", "0"), ("main", "12"), ("service", "0")])
def test_after_hours_a_message_for_customer_service_waits_in_its_closed_queue(name: str, keys: str) -> None:
    ivr = driven(name, hours=CLOSED)
    ivr.heard()
    said = ivr.press(keys)
    assert nodes(said)[-1] == "after-hours"
    assert plays(said)[-1][0] == "out-of-hours"
    ivr.heard()
    ivr.say(LegSpoke(at=5.0, leg=LEG))
    recording: Any = ivr.session.recording
    said = ivr.press("#")
    assert (nodes(said), plays(said)) == (["message-kept"], [("message-kept",)])
    [left] = ivr.say(RecordingStored(at=20.0, recording=recording, seconds=9.0))
    assert isinstance(left, MessageLeft)
    assert left.queue == "servicio"


def test_after_hours_a_message_for_the_technical_service_opens_a_case_and_a_gas_leak_still_goes_through() -> (
    None
):
    ivr = driven("main", hours=CLOSED)
    ivr.heard()
    assert nodes(ivr.press("21"))[-1] == "after-hours-visit"
    ivr.heard()
    ivr.say(LegSpoke(at=5.0, leg=LEG))
    recording: Any = ivr.session.recording
    assert plays(ivr.press("#")) == [("voicemail-kept", "goodbye")]
    assert isinstance(ivr.say(RecordingStored(at=20.0, recording=recording, seconds=9.0))[0], VoicemailLeft)
    ivr = driven("main", hours=CLOSED)
    ivr.heard()
    ivr.press("21")
    assert is_queued(ivr.press("9"))


def test_after_hours_nobody_who_says_nothing_is_told_that_his_message_is_kept() -> None:
    ivr = driven("main", hours=CLOSED)
    ivr.heard()
    ivr.press("0")
    ivr.heard()
    assert plays(ivr.silence()) == [("message-too-short", "goodbye")]


class TestEmergency:
    def test_the_alarm_is_raised_before_anything_is_said_and_the_address_read_back(self) -> None:
        ivr = driven("emergency", emergency=True)
        command = asked(ivr.answered)
        assert (command.name, command.arguments) == ("raise_emergency", {"number": "+56221234567"})
        said = comes(ivr, ivr.answered, "address", **WHERE)
        assert plays(said) == [READ_BACK]
        confirmed = ivr.press("1")
        assert asked(confirmed).arguments == {"confirmed": "yes"}
        assert is_queued(comes(ivr, confirmed, "noted"))

    def test_another_address_is_recorded_until_the_caller_is_done_or_time_is_up(self) -> None:
        ivr = driven("emergency", emergency=True)
        comes(ivr, ivr.answered, "address", **WHERE)
        elsewhere = ivr.press("2")
        assert asked(elsewhere).arguments == {"confirmed": "no"}
        assert nodes(comes(ivr, elsewhere, "noted")) == ["where"]
        assert any(isinstance(one, StartRecording) for one in ivr.heard())
        assert is_queued(ivr.silence())

    def test_who_is_unknown_is_asked_where_it_is(self) -> None:
        ivr = driven("emergency", emergency=True)
        assert nodes(comes(ivr, ivr.answered, "no_address")) == ["where"]

    @pytest.mark.parametrize("how", ["silence", "another key", "the key", "a store that fails"])
    def test_whatever_the_caller_or_the_store_does_he_comes_to_the_queue(self, how: str) -> None:
        ivr = driven("emergency", emergency=True)
        if how == "the key":
            assert is_queued(ivr.press("9"))
        elif how == "a store that fails":
            action = asked(ivr.answered).action
            assert is_queued(ivr.say(ActionFailed(at=3.0, action=action, reason="late")))
        else:
            comes(ivr, ivr.answered, "address", **WHERE)
            ivr.heard()
            assert is_queued(ivr.silence() if how == "silence" else ivr.press("5"))

    def test_an_emergency_number_with_a_flow_for_everything_goes_straight_to_the_queue(self) -> None:
        assert is_queued(driven("main", emergency=True).answered)


class TestOutage:
    def greeted(self, name: str, *candidates: Candidate) -> tuple[Driven, list[Message]]:
        ivr = driven(name)
        ivr.looked_up(*candidates, at=2.5)
        return ivr, ivr.heard()

    @pytest.mark.parametrize("name", ["main", "service"])
    def test_who_lives_there_hears_of_it_before_the_menu_and_chooses(self, name: str) -> None:
        ivr, said = self.greeted(name, ROSA)
        assert nodes(said) == ["outage", "outage-now"]
        told = comes(ivr, said, "today", outage="17", outage_time="18:00")
        assert plays(told) == [
            ("outage-known", "outage-expected-today", "time:18:00", "outage-choice"),
        ]
        assert ivr.session.language == "en"
        assert nodes(ivr.press("1")) == ["main"]

    def test_who_has_heard_enough_says_goodbye(self) -> None:
        ivr, said = self.greeted("main", ROSA)
        comes(ivr, said, "unknown")
        assert plays(ivr.press("2")) == [("goodbye",)]

    def test_others_and_those_who_know_the_way_hear_nothing_of_it(self) -> None:
        other: Any = Candidate(customer_id=8, pii_name="Other", value_class="B")
        for candidates in ((), (other,), (ROSA, other)):
            _, said = self.greeted("main", *candidates)
            assert nodes(said) == ["outage", "guess", "main"]
        ivr = driven("main")
        assert nodes(ivr.press("2")) == ["outage", "guess", "main", "technical"]

    def test_the_greeting_is_said_anew_in_his_language_wherever_it_stands(self) -> None:
        ivr = driven("service")
        assert nodes(ivr.answered) == ["arrival", "greeting"]
        [again] = plays(ivr.looked_up(ROSA, at=2.5))
        assert (again[0], ivr.session.language) == ("greeting-gas-del-valle", "en")

    def test_the_main_line_leads_to_self_service_without_a_second_greeting(self) -> None:
        ivr, _ = self.greeted("main")
        said = ivr.press("3")
        assert nodes(said) == ["self-service", "arrival", "main"]
        assert plays(said) == [("menu-service",)]
        assert asked(ivr.press("4") + ivr.press("123456785")).name
        assert LEG
