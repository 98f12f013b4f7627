import pytest
from company import BILLS, FLOW, QUEUES
from driven_ivr import CONTACT, LEG, Driven, nodes, plays

from ctiserver.core.commands import CancelTimer, Play, SetFuse, StartTimer, StopPlaying
from ctiserver.core.events import ContactEnded, ContactQueued, LanguageChosen, NodeEntered, ValueCollected
from ctiserver.core.tables import Document, Number

KEY_TIMER = f"ivr:key:{CONTACT}"


def in_menu() -> Driven:
    """The caller heard the greeting and the main menu."""
    ivr = Driven()
    ivr.heard()
    ivr.heard()
    return ivr


def test_a_caller_walks_through_two_levels_to_a_queue() -> None:
    ivr = in_menu()
    assert ivr.press("1") == [
        CancelTimer(timer=KEY_TIMER),
        NodeEntered(at=5.0, contact=CONTACT, node="bills", kind="menu", label=BILLS),
        ValueCollected(at=5.0, contact=CONTACT, key="topic", value="bills"),
        Play(playback=ivr.session.playback, leg=LEG, says=("menu-bills",), language="es"),
    ]
    bills = ivr.session.playback
    assert ivr.press("1", at=6.0) == [
        CancelTimer(timer=KEY_TIMER),
        NodeEntered(at=6.0, contact=CONTACT, node="balance", kind="queue"),
        ValueCollected(at=6.0, contact=CONTACT, key="reason", value="balance"),
        StopPlaying(playback=bills),
        ContactQueued(
            at=6.0,
            contact=CONTACT,
            account_id=1,
            leg=LEG,
            queue="service",
            value_class="C",
            language="es",
            pii_number="+56221234567",
        ),
        Play(playback=ivr.session.playback, leg=LEG, says=("transfer",), language="es"),
    ]


def test_the_menu_waits_for_a_key_once_it_is_said() -> None:
    ivr = Driven()
    assert nodes(ivr.heard()) == ["main"]
    assert ivr.heard(at=6.0) == [StartTimer(timer=KEY_TIMER, due_at=11.0)]


def test_a_prompt_that_failed_is_no_reason_to_stall() -> None:
    ivr = Driven()
    assert nodes(ivr.heard(failed=True)) == ["main"]
    assert ivr.heard(at=6.0, failed=True) == [StartTimer(timer=KEY_TIMER, due_at=11.0)]


def test_wrong_keys_and_silences_count_together_and_lead_to_a_person() -> None:
    ivr = in_menu()
    assert plays(ivr.press("5")) == [("invalid-key", "menu-main")]
    ivr.heard()
    assert plays(ivr.silence()) == [("no-key", "menu-main")]
    assert nodes(ivr.press("#")) == ["operator"]
    assert ivr.session.queue == "service"


def test_a_flood_of_wrong_keys_ends_with_a_person_like_three_of_them() -> None:
    ivr = in_menu()
    assert nodes(ivr.press("#" * 200)) == ["operator"]


def test_each_menu_counts_its_own_mistakes() -> None:
    ivr = in_menu()
    ivr.press("55")
    assert nodes(ivr.press("1")) == ["bills"]
    assert plays(ivr.press("5")) == [("invalid-key", "menu-bills")]


def test_the_repeat_key_says_the_menu_again_and_is_no_mistake() -> None:
    ivr = in_menu()
    for _ in range(5):
        assert plays(ivr.press("*")) == [("menu-main",)]
    assert ivr.session.attempts == 0


def test_the_operator_is_one_key_away_from_everywhere() -> None:
    assert nodes(Driven().press("0")) == ["operator"]
    assert nodes(in_menu().press("10"))[-1] == "operator"


def test_the_chosen_language_holds_from_there_on() -> None:
    ivr = in_menu()
    said = ivr.press("8")
    assert LanguageChosen(at=5.0, contact=CONTACT, language="en") in said
    assert said[-1] == Play(playback=ivr.session.playback, leg=LEG, says=("menu-main",), language="en")
    [queued] = [message for message in ivr.press("0") if isinstance(message, ContactQueued)]
    assert queued.language == "en"


def test_who_chooses_to_say_goodbye_hears_it_and_is_hung_up() -> None:
    ivr = in_menu()
    assert plays(ivr.press("7")) == [("goodbye",)]
    assert ivr.press("0") == []
    assert [type(message).__name__ for message in ivr.heard()] == ["DropLeg"]
    assert ivr.hang_up(by="center")[-1] == ContactEnded(
        at=60.0, contact=CONTACT, where="goodbye", by="center", q850=16
    )


def test_the_emergency_key_works_from_the_first_second() -> None:
    ivr = Driven()
    greeting = ivr.session.playback
    said = ivr.press("9", at=2.1)
    assert said[-2:] == [
        StopPlaying(playback=greeting),
        Play(playback=ivr.session.playback, leg=LEG, says=("advice",), language="es"),
    ]
    assert nodes(said) == ["advice"]
    assert ivr.heard()[-1].queue == "emergency"  # type: ignore[attr-defined]


def test_who_dials_the_emergency_number_begins_where_the_emergency_key_leads() -> None:
    numbers = (Number(did="600", flow="main", emergency=True),)
    assert nodes(Driven(numbers=numbers).answered) == ["advice"]


def test_an_emergency_number_whose_flow_has_no_emergency_key_begins_at_its_start() -> None:
    flow = {key: value for key, value in FLOW.items() if key != "emergency"}
    ivr = Driven(
        numbers=(Number(did="600", flow="main", emergency=True),),
        flows={"main": Document(version="flow-without", content=flow)},
    )
    assert nodes(ivr.answered) == ["greeting"]


def test_pressing_the_emergency_key_again_and_again_does_not_start_over() -> None:
    ivr = Driven()
    ivr.press("9")
    assert plays(ivr.press("9" * 20)) == []
    ivr.heard()
    assert ivr.press("9" * 20) == []


def test_the_emergency_key_moves_who_waits_at_once_and_tells_the_agent_why() -> None:
    ivr = Driven()
    ivr.press("0")
    said = ivr.press("9", at=30.0)
    assert said == [
        NodeEntered(at=30.0, contact=CONTACT, node="emergency", kind="queue"),
        ValueCollected(at=30.0, contact=CONTACT, key="reason", value="emergency"),
        ContactQueued(
            at=30.0,
            contact=CONTACT,
            account_id=1,
            leg=LEG,
            queue="emergency",
            value_class="C",
            language="es",
            pii_number="+56221234567",
        ),
    ]


@pytest.mark.parametrize("key", "012345678*#")
def test_no_other_key_matters_to_who_waits(key: str) -> None:
    ivr = Driven()
    ivr.press("0")
    assert ivr.press(key, at=30.0) == []


def test_no_key_matters_in_a_talk() -> None:
    ivr = Driven()
    ivr.talks()
    assert ivr.press("0123456789*#") == []


def test_a_flow_without_an_emergency_key_has_none_while_waiting_either() -> None:
    content = {key: value for key, value in FLOW.items() if key != "emergency"}
    ivr = Driven(flows={"main": Document(version="no-emergency", content=content)})
    ivr.press("0")
    assert ivr.press("9") == []


def test_a_queue_that_is_gone_leaves_the_caller_to_the_dialplan_and_the_record_says_so() -> None:
    ivr = Driven(queues=QUEUES[1:])
    assert ivr.press("0")[-1] == SetFuse(leg=LEG, seconds=1.0)
    assert ivr.hang_up(by="fallback")[-1] == ContactEnded(
        at=60.0, contact=CONTACT, where="ivr", by="fallback", q850=16
    )


def test_who_waits_stays_where_he_is_when_the_emergency_queue_is_gone() -> None:
    ivr = Driven(queues=QUEUES[:2])
    ivr.press("0")
    assert ivr.press("9") == []


def test_a_key_timer_that_comes_late_is_no_silence() -> None:
    ivr = in_menu()
    ivr.press("1")
    assert ivr.silence() == []
    ivr.press("1")
    assert ivr.silence() == []
