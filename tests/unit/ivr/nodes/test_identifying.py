from typing import Any

from driven_ivr import CONTACT, LEG, nodes, plays
from single_node import ROSA, AtNode, actions

from ctiserver.core.commands import CancelTimer, ForgetSecret, ListenSecretly, StartTimer
from ctiserver.core.events import CallerIdentified, ValueCollected
from ctiserver.core.inputs import DigitPressed, SecretBegun, SecretHeard
from ctiserver.core.message import Message

FOUND = {"customer_id": "7", "name": "Rosa Díaz", "value_class": "A", "rut": "12345678-5"}


def identifying(number: str = "+56221234567", **changes: Any) -> AtNode:
    node = {"type": "identify", "prompts": ["ask-rut"], "next": "next", "on_failure": "operator"}
    return AtNode({"type": "say", "prompts": ["hello"], "next": "who"}, number=number, who=node | changes)


def asked(*candidates: Any, **changes: Any) -> AtNode:
    ivr = identifying(**changes)
    if candidates:
        ivr.looked_up(*candidates)
    ivr.heard()
    return ivr


def types_secret(ivr: AtNode) -> list[Message]:
    ivr.say(SecretBegun(at=5.0, secret=ivr.session.secret))
    return ivr.say(SecretHeard(at=6.0, secret=ivr.session.secret))


def levels(said: list[Message]) -> list[tuple[str, str]]:
    return [(one.how, one.level) for one in said if isinstance(one, CallerIdentified)]


def test_a_caller_known_by_his_number_is_not_asked_where_that_is_enough() -> None:
    ivr = identifying(level="number")
    ivr.looked_up(ROSA)
    assert nodes(ivr.heard()) == ["who", "next"]


def test_a_number_that_several_customers_share_identifies_nobody() -> None:
    other = ROSA.__class__(customer_id=8, pii_name="Juan", value_class=None)
    ivr = asked(ROSA, other, level="number")
    assert ivr.session.node == "who"
    assert ivr.session.level == "none"


def test_who_types_his_rut_is_identified() -> None:
    ivr = asked()
    said = ivr.press("123456785")
    assert actions(said) == [("find_customer", {"rut": "12345678-5"})]
    said = ivr.comes_to("found", **FOUND)
    assert levels(said) == [("rut", "identified")]
    assert nodes(said) == ["next"]
    assert (ivr.session.customer_id, ivr.session.value_class) == (7, "A")
    assert ivr.session.values["rut"] == "12345678-5"


def test_a_rut_with_a_wrong_check_digit_is_told_before_anybody_looks() -> None:
    ivr = asked()
    said = ivr.press("123456784")
    assert actions(said) == []
    assert plays(said) == [("invalid-key", "ask-rut")]


def test_a_number_that_nobody_has_is_told_and_the_third_leads_to_a_person() -> None:
    ivr = asked(by=("customer_number",), max_length=4)
    ivr.press("1111")
    assert plays(ivr.comes_to("unknown")) == [("identify-unknown", "ask-rut")]
    ivr.press("2222")
    ivr.comes_to("unknown")
    ivr.press("3333")
    assert nodes(ivr.comes_to("unknown")) == ["operator"]


def test_a_known_number_and_the_pin_verify() -> None:
    ivr = identifying(level="verified")
    ivr.looked_up(ROSA)
    said = ivr.heard()
    secret = ivr.session.secret
    assert ListenSecretly(leg=LEG, secret=secret, at_least=4, at_most=4) in said
    assert plays(said) == [("ask-pin",)]
    said = types_secret(ivr)
    assert actions(said) == [
        ("check_secret", {"subject": "customer", "subject_id": "7", "kind": "pin", "secret": secret})
    ]
    said = ivr.comes_to("right")
    assert levels(said) == [("pin", "verified")]
    assert nodes(said) == ["next"]


def test_a_wrong_pin_is_asked_again_as_often_as_the_store_allows_and_a_lock_is_told() -> None:
    ivr = asked(ROSA, level="verified")
    for _ in range(4):
        types_secret(ivr)
        assert plays(ivr.comes_to("wrong")) == [("secret-wrong", "ask-pin")]
    types_secret(ivr)
    assert plays(ivr.comes_to("locked")) == [("secret-locked",)]
    assert nodes(ivr.heard()) == ["operator"]
    assert ivr.session.level == "number"


def test_who_has_no_pin_is_sent_a_code_and_where_none_can_be_sent_a_person_takes_over() -> None:
    ivr = asked(ROSA, level="verified")
    types_secret(ivr)
    assert actions(ivr.comes_to("none")) == [("send_code", {"subject": "customer", "subject_id": "7"})]
    said = ivr.comes_to("sent")
    assert plays(said) == [("ask-code",)]
    assert [one.at_most for one in said if isinstance(one, ListenSecretly)] == [6]
    types_secret(ivr)
    assert nodes(ivr.comes_to("right")) == ["next"]
    ivr = asked(ROSA, level="verified")
    types_secret(ivr)
    ivr.comes_to("none")
    assert nodes(ivr.comes_to("unavailable")) == ["operator"]


def test_a_secret_lost_in_a_restart_is_asked_again() -> None:
    ivr = asked(ROSA, level="verified")
    first = ivr.session.secret
    types_secret(ivr)
    said = ivr.fails("secret_lost")
    assert plays(said) == [("no-key", "ask-pin")]
    assert ivr.session.secret not in (None, first)


def test_silence_forgets_the_keys_and_asks_again() -> None:
    ivr = asked(ROSA, level="verified")
    first = ivr.session.secret
    ivr.heard()
    said = ivr.silence()
    assert ForgetSecret(leg=LEG, secret=first) in said
    assert plays(said) == [("no-key", "ask-pin")]


def test_star_and_a_key_or_a_lone_key_lead_away_from_a_secret_and_stop_the_listening() -> None:
    for keys in ("*0", "0"):
        ivr = asked(ROSA, level="verified")
        secret = ivr.session.secret
        said = ivr.press(keys)
        assert nodes(said) == ["operator"]
        assert ForgetSecret(leg=LEG, secret=secret) in said


def test_other_plain_keys_in_a_secret_are_of_no_consequence() -> None:
    ivr = asked(ROSA, level="verified")
    said = ivr.say(DigitPressed(at=5.0, leg=LEG, pii_digit="5"))
    assert [type(one) for one in said] == [CancelTimer, StartTimer]
    assert ivr.session.step == "pin"


def test_a_technician_is_found_by_his_number_or_his_code() -> None:
    ways = {
        "subject": "technician",
        "by": ("number", "technician_code"),
        "level": "verified",
        "secrets": ("pin",),
    }
    ivr = identifying(**ways)
    assert actions(ivr.heard()) == [("find_technician", {"number": "+56221234567"})]
    ivr.comes_to("unknown")
    ivr.press("0451#")
    said = ivr.comes_to("found", technician_id="tom")
    assert [(one.key, one.value) for one in said if isinstance(one, ValueCollected)] == [
        ("technician_id", "tom")
    ]
    assert plays(said) == [("ask-pin",)]
    types_secret(ivr)
    assert nodes(ivr.comes_to("right")) == ["next"]


def test_a_node_that_needs_a_level_is_reached_by_way_of_the_node_that_gives_it() -> None:
    who = {"type": "identify", "prompts": ["ask-rut"], "on_failure": "operator"}
    secret = {"type": "say", "prompts": ["balance"], "next": "next", "needs": "identified"}
    menu = {"type": "menu", "prompts": ["menu"], "keys": {"1": "secret"}, "on_failure": "operator"}
    ivr = AtNode(menu, flow={"identify": "who"}, who=who, secret=secret)
    assert nodes(ivr.press("1")) == ["who"]
    ivr.press("123456785")
    said = ivr.comes_to("found", **FOUND)
    assert nodes(said) == ["secret"]
    assert plays(said) == [("balance",)]


def test_what_the_look_up_says_later_does_not_outweigh_what_he_said_himself() -> None:
    ivr = asked()
    ivr.press("123456785")
    ivr.comes_to("found", **FOUND)
    other = ROSA.__class__(customer_id=8, pii_name="Juan", value_class=None)
    assert levels(ivr.looked_up(other, at=7.0)) == []
    assert ivr.session.customer_id == 7
    assert CONTACT in ivr.ivr.desk.sessions
