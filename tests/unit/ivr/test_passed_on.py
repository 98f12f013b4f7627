"""Who is passed on to a flow and cannot walk through it is given back, whatever the cause."""

from typing import Any

import pytest
from driven_ivr import CONTACT, Driven

from ctiserver.core import commands as c
from ctiserver.core.events import FlowTransferFailed, TransferredToFlow
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn
from ivr import walk


def passes_on(ivr: Driven, flow: str = "main", contact: str = CONTACT) -> list[Message]:
    told: Any = {"contact": contact, "agent": "ann", "flow": flow}
    return ivr.say(TransferredToFlow(at=30.0, **told))


def reasons(said: list[Message]) -> list[str]:
    return [it.reason for it in said if isinstance(it, FlowTransferFailed)]


def test_he_hears_the_flow_from_its_beginning() -> None:
    ivr = Driven()
    ivr.talks()
    said = passes_on(ivr)
    assert [type(it).__name__ for it in said if not isinstance(it, c.SetFuse)] == [
        "FlowEntered",
        "NodeEntered",
        "Play",
    ]
    assert ivr.session.passed_on_by == "ann"
    ivr.heard()
    ivr.press("0")
    assert (ivr.session.phase, ivr.session.passed_on_by) == ("waiting", None)


@pytest.mark.parametrize(("flow", "contact"), [("nowhere", CONTACT), ("main", "somebody")])
def test_a_flow_or_a_caller_that_is_not_there_is_given_back(flow: str, contact: str) -> None:
    ivr = Driven()
    ivr.talks()
    assert reasons(passes_on(ivr, flow, contact)) == ["no_flow"]


def test_a_fault_of_ours_gives_him_back_and_is_logged_still(monkeypatch: pytest.MonkeyPatch) -> None:
    ivr = Driven()
    ivr.talks()

    def breaks(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(walk, "begin", breaks)
    told: Any = {"contact": CONTACT, "agent": "ann", "flow": "main"}
    turn = Turn(name="t9", at=30.0)
    with pytest.raises(ZeroDivisionError):
        ivr.ivr.handle(TransferredToFlow(at=30.0, **told), turn)
    assert reasons(turn.said) == ["fault"]
    assert [it for it in turn.said if isinstance(it, c.Play)] == []
