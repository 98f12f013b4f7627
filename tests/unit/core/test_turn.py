from ctiserver.core.commands import CancelTimer
from ctiserver.core.events import SwitchStateChanged
from ctiserver.core.turn import Turn

COMMAND = CancelTimer(timer="t")  # type: ignore[arg-type]
EVENT = SwitchStateChanged(at=1.0, up=True)


def test_what_an_entry_makes_is_named_after_it_in_order() -> None:
    turn = Turn(name="gas-1-1-7", at=1.0)
    assert [turn.new_id(), turn.new_id()] == ["gas-1-1-7-1", "gas-1-1-7-2"]


def test_what_was_said_is_kept_in_order_and_told_apart() -> None:
    turn = Turn(name="x", at=1.0)
    turn.say(COMMAND, EVENT)
    turn.say(COMMAND)
    assert (turn.said, turn.events, turn.commands) == ([COMMAND, EVENT, COMMAND], [EVENT], [COMMAND, COMMAND])


def test_turns_share_nothing() -> None:
    Turn(name="x", at=1.0).say(EVENT)
    assert Turn(name="y", at=1.0).said == []
