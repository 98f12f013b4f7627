"""Who passed a caller on is told that the colleague did not take him, and where the caller is."""

from test_live_view import ARRIVED, BY_ANN, CONFIGURED, ROSA, queued, said, view_after

from ctiserver.core import events as e
from ctiserver.core.given_back import GivenBack
from ctiserver.core.live_view import LiveView

IDENTIFIED = e.CallerIdentified(at=2.0, contact="c1", how="number", candidates=(ROSA,), value_class="A")  # type: ignore[arg-type]
PASSED_ON = [CONFIGURED, ARRIVED, IDENTIFIED, queued(), said("TransferStarted", 20.0, to="bob")]


def _failed(returned_to: str, reason: str = "rejected") -> list[e.Event]:
    """Bob does not take the caller whom Ann passed on to him."""
    return [
        said("TransferFailed", 30.0, to="bob", reason=reason, returned_to=returned_to),
        said("ContactRequeued", 30.0, queue="service", reason=reason),
    ]


def _told(view: LiveView) -> GivenBack | None:
    return view.agents["ann"].given_back  # type: ignore[index]


def test_he_is_told_why_and_in_which_queue_the_caller_waits() -> None:
    view = view_after([*PASSED_ON, *_failed("queue")])
    assert _told(view) == GivenBack(
        contact=BY_ANN["contact"],  # type: ignore[arg-type]
        pii_name="Rosa",
        pii_number="+56221234567",
        to="bob",  # type: ignore[arg-type]
        reason="rejected",
        now="waiting",
        queue="service",  # type: ignore[arg-type]
    )
    assert view.agents["bob"].given_back is None  # type: ignore[index]


def test_the_notice_follows_the_caller_to_whoever_takes_him_and_to_the_end() -> None:
    view = view_after([*PASSED_ON, *_failed("queue"), queued(31.0, queue="technical")])
    told = _told(view)
    assert told is not None
    assert (told.now, told.queue) == ("waiting", "technical")
    view.apply(said("ContactConnected", 40.0, agent="eve", queue="technical", segment=2, leg="e"))
    told = _told(view)
    assert told is not None
    assert (told.now, told.agent) == ("talking", "eve")
    view.apply(said("ContactEnded", 50.0, where="talk", by="caller"))
    told = _told(view)
    assert told is not None
    assert (told.now, told.agent) == ("ended", None)


def test_who_takes_him_back_himself_needs_no_notice_any_more() -> None:
    view = view_after([*PASSED_ON, *_failed("agent"), said("AgentReserved", 30.0)])
    told = _told(view)
    assert told is not None
    assert told.now == "returning"
    view.apply(said("ContactConnected", 40.0, queue="service", segment=2, leg="a"))
    assert _told(view) is None


def test_a_caller_whom_the_giver_does_not_take_back_either_waits_in_his_queue() -> None:
    view = view_after(
        [*PASSED_ON, *_failed("agent"), said("ContactRequeued", 45.0, queue="service", reason="x")]
    )
    told = _told(view)
    assert told is not None
    assert told.now == "waiting"


def test_another_contact_in_hand_or_the_end_of_the_day_puts_the_notice_away() -> None:
    failed = [*PASSED_ON, *_failed("queue")]
    assert _told(view_after([*failed, said("AgentReserved", 60.0, contact="c2")])) is None
    went = said("AgentStatusChanged", 60.0, status="logged_out", reason="", by="ann")
    assert _told(view_after([*failed, went])) is None


def test_who_is_given_back_by_a_menu_was_passed_on_by_the_agent_himself() -> None:
    failed = said("TransferFailed", 30.0, to="", reason="no_flow", returned_to="agent", flow="payment")
    view = view_after([CONFIGURED, ARRIVED, IDENTIFIED, queued(), failed])
    assert [contact.passed_by for contact in view.contacts.values()] == ["ann"]
