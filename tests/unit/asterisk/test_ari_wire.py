import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request, refusal
from ctiserver.asterisk.ari_wire import caller_id
from ctiserver.core.commands import DialLeg
from ctiserver.core.errors import CallGone, SwitchRefused
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.topology import Kind


def sent(request: Request) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(request.encode("7"))
    return decoded


def test_a_request_is_one_json_document() -> None:
    assert sent(ari_wire.answer("cti-17.0")) == {
        "type": "RESTRequest",
        "request_id": "7",
        "method": "POST",
        "uri": "channels/cti-17.0/answer",
    }


def test_a_query_is_part_of_the_uri_and_escaped() -> None:
    assert sent(ari_wire.set_fuse("a/b", 2.5))["uri"] == (
        "channels/a%2Fb/variable?variable=TIMEOUT%28absolute%29&value=2.5"
    )


def test_a_body_travels_as_json_text() -> None:
    document = sent(ari_wire.put_object("auth", "ann", {"password": "s"}))
    assert document["content_type"] == "application/json"
    assert json.loads(document["message_body"]) == {"fields": [{"attribute": "password", "value": "s"}]}


def test_a_dialled_leg_bears_its_own_id_and_a_whole_number_of_seconds() -> None:
    dial = DialLeg(leg=LegId("l1"), contact=ContactId("c1"), endpoint="PJSIP/ann", ring_seconds=0.2)
    assert ari_wire.dial(dial, "cti").query == {
        "endpoint": "PJSIP/ann",
        "app": "cti",
        "appArgs": "dialled",
        "channelId": "l1",
        "timeout": "1",
    }


def test_a_phone_is_asked_to_answer_by_itself_only_when_that_is_wanted() -> None:
    dial = DialLeg(leg=LegId("l1"), contact=ContactId("c1"), endpoint="PJSIP/ann", ring_seconds=5)
    assert ari_wire.dial(dial, "cti").body is None
    asked = ari_wire.dial(replace(dial, auto_answer=True), "cti").body or {}
    assert "answer-after=0" in asked["variables"]["PJSIP_HEADER(add,Call-Info)"]
    assert "alert-autoanswer" in asked["variables"]["PJSIP_HEADER(add,Alert-Info)"]


def test_a_leg_on_hold_is_a_participant_that_hears_music() -> None:
    assert ari_wire.add_leg("b", "l", Kind.HOLD).query == {"channel": "l", "role": "holding_participant"}
    assert ari_wire.add_leg("b", "l", Kind.TALK).query == {"channel": "l"}


def test_a_leg_is_muted_in_what_it_says_and_not_in_what_it_hears() -> None:
    assert ari_wire.mute("l") == Request("POST", "channels/l/mute", {"direction": "in"})
    assert ari_wire.unmute("l") == Request("DELETE", "channels/l/mute", {"direction": "in"})


@given(st.text(), st.text())
def test_no_caller_can_write_a_caller_id_of_his_own(name: str, number: str) -> None:
    text = caller_id(name, number)
    assert text == "" or (text.count('"'), text.count("<"), text.count(">")) == (2, 1, 1)


def test_a_caller_id_names_the_customer() -> None:
    assert caller_id("Ana Muñoz", "+56911111111") == '"Ana Muñoz" <+56911111111>'


def test_a_long_name_is_cut() -> None:
    assert caller_id("x" * 9000, "5" * 9000) == f'"{"x" * 64}" <{"5" * 64}>'


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "Channel not found"),
        (400, "Channel not found"),
        (409, "Channel not in Stasis application"),
        (422, "Channel not in Stasis application"),
        (422, "Channel not in this bridge"),
    ],
)
def test_what_is_no_longer_there_is_gone(status: int, message: str) -> None:
    assert isinstance(refusal(status, "phrase", json.dumps({"message": message})), CallGone)


@pytest.mark.parametrize(
    ("status", "body"),
    [(409, '{"message": "Channel with given unique ID already exists"}'), (500, ""), (400, "[]"), (400, "x")],
)
def test_any_other_refusal_keeps_its_status(status: int, body: str) -> None:
    error = refusal(status, "phrase", body)
    assert isinstance(error, SwitchRefused)
    assert error.status == status
