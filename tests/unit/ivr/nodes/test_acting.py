from driven_ivr import CONTACT, nodes, plays
from single_node import ROSA, AtNode, actions

from ctiserver.core.commands import RunAction, StartTimer, StopPlaying
from ctiserver.core.inputs import ActionDone, ActionFailed, LookedUp
from ivr.variables import value_of

ACT = {
    "type": "action",
    "action": "balance",
    "arguments": {"customer_id": "{customer_id}", "kind": "open"},
    "outcomes": {"owes": "tell", "nothing": "next"},
    "failed_to": "operator",
}
TELL = {"type": "say", "prompts": ["balance-is {amount:balance}", "due {date:due}"], "next": "next"}


def acting(**changes: object) -> AtNode:
    return AtNode({"type": "say", "prompts": ["hello"], "next": "act"}, act=ACT | changes, tell=TELL)


def asked() -> AtNode:
    ivr = acting()
    ivr.looked_up(ROSA)
    ivr.heard()
    return ivr


def test_an_action_is_asked_with_values_in_place_of_variables() -> None:
    ivr = acting()
    ivr.looked_up(ROSA)
    said = ivr.heard()
    assert [one for one in said if isinstance(one, RunAction)] == [
        RunAction(
            action=ivr.session.action,
            name="balance",
            arguments={"customer_id": "7", "kind": "open"},
            account_id=1,
            contact=CONTACT,
            deadline_seconds=5.0,
            customer_id=7,
        )
    ]
    assert plays(said) == []


def test_one_moment_is_said_only_when_it_takes_longer_than_a_moment() -> None:
    ivr = acting()
    assert StartTimer(timer=f"ivr:key:{CONTACT}", due_at=4.5) in ivr.heard(at=4.0)
    assert plays(ivr.silence()) == [("one-moment",)]


def test_each_outcome_leads_to_its_node_with_the_values_that_it_gives() -> None:
    ivr = asked()
    said = ivr.comes_to("owes", balance="34500")
    assert nodes(said) == ["tell"]
    assert plays(said) == [("balance-is", "amount:34500")]
    assert nodes(asked().comes_to("nothing")) == ["next"]


def test_an_empty_value_ends_what_was_known_before() -> None:
    ivr = asked()
    ivr.session.values |= {"balance": "7", "due": "2026-11-23", "customer_id": ""}
    assert plays(ivr.comes_to("owes", balance="34500", due="")) == [("balance-is", "amount:34500")]
    assert value_of(ivr.session, "customer_id") == "7"


def test_the_answer_stops_the_one_moment() -> None:
    ivr = asked()
    ivr.silence()
    moment = ivr.session.playback
    assert StopPlaying(playback=moment) in ivr.comes_to("nothing")


def test_a_back_office_that_fails_or_lies_leads_to_a_person() -> None:
    assert nodes(asked().fails()) == ["operator"]
    assert nodes(asked().fails("late")) == ["operator"]
    assert nodes(asked().comes_to("nonsense")) == ["operator"]


def test_an_answer_that_comes_late_changes_nothing() -> None:
    ivr = asked()
    action = ivr.session.action
    ivr.say(ActionFailed(at=6.0, action=action, reason="late"))
    assert ivr.say(ActionDone(at=7.0, action=action, outcome="owes", values={"balance": "1"})) == []
    assert "balance" not in ivr.session.values


def test_an_answer_for_a_caller_who_chose_a_person_or_hung_up_changes_nothing() -> None:
    ivr = asked()
    action = ivr.session.action
    assert nodes(ivr.press("0")) == ["operator"]
    assert ivr.say(ActionDone(at=7.0, action=action, outcome="owes")) == []
    ivr = asked()
    action = ivr.session.action
    ivr.hang_up()
    assert ivr.say(ActionDone(at=7.0, action=action, outcome="owes")) == []
    assert not ivr.ivr.desk.actions


def test_keys_during_an_action_are_lost_but_for_those_of_the_whole_flow() -> None:
    ivr = asked()
    assert ivr.press("123*#") == []
    assert nodes(ivr.press("9")) == ["advice"]


def test_a_variable_without_a_value_is_an_empty_argument() -> None:
    ivr = acting()
    assert actions(ivr.heard()) == [("balance", {"customer_id": "", "kind": "open"})]


def test_a_look_up_that_comes_late_is_known_to_the_next_action() -> None:
    ivr = acting()
    ivr.say(LookedUp(at=3.0, look_up="t2-1", candidates=(ROSA,)))  # type: ignore[arg-type]
    assert actions(ivr.heard())[0][1]["customer_id"] == "7"
