import msgspec
import pytest
from company import changed

from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView
from ctiserver.core.queue_view import QueueView
from ctiserver.core.requests import Status
from ctiserver.core.wire import decode_event, encode

ROSA = Candidate(customer_id=7, pii_name="Rosa", value_class="A")
CONFIGURED = changed(at=0.0, version="1", queues=("service",), agents=("ann", "bob"))
ARRIVED = e.ContactArrived(
    at=1.0,
    contact="c1",  # type: ignore[arg-type]
    account_id=1,
    leg="leg",  # type: ignore[arg-type]
    did="600",
    pii_number="+56221234567",
    language="es",
    flow="main",
    flow_version="f1",
)
OF_C1 = {"contact": "c1"}
BY_ANN = OF_C1 | {"agent": "ann"}


def queued(at: float = 3.0, contact: str = "c1", queue: str = "service") -> e.ContactQueued:
    return e.ContactQueued(
        at=at,
        contact=contact,  # type: ignore[arg-type]
        account_id=1,
        leg="leg",  # type: ignore[arg-type]
        queue=queue,  # type: ignore[arg-type]
        value_class="A",
        language="es",
        pii_number="+56221234567",
    )


def said(name: str, at: float, **fields: object) -> e.Event:
    """An event by its name, as it comes over the bus."""
    return decode_event(msgspec.json.encode({"type": name, "at": at} | BY_ANN | fields))


LIFE = [
    CONFIGURED,
    e.AgentStatusChanged(at=0.5, agent="ann", status=Status.AVAILABLE, reason="", by="ann"),  # type: ignore[arg-type]
    ARRIVED,
    e.NodeEntered(at=1.5, contact="c1", node="main", kind="menu"),  # type: ignore[arg-type]
    e.CallerIdentified(at=2.0, contact="c1", how="number", candidates=(ROSA,), value_class="A"),  # type: ignore[arg-type]
    e.ValueCollected(at=2.5, contact="c1", key="topic", value="bills"),  # type: ignore[arg-type]
    e.LanguageChosen(at=2.6, contact="c1", language="en"),  # type: ignore[arg-type]
    queued(),
    e.AgentReserved(at=4.0, agent="ann", contact="c1"),  # type: ignore[arg-type]
    said("OfferMade", 4.0, queue="service", leg="a"),
    said("OfferRinging", 5.0),
    said("OfferAccepted", 6.0),
    said("ContactConnected", 7.0, queue="service", segment=1, leg="a"),
    said("TalkEnded", 50.0, segment=1, by="agent", caller_stays=True),
    said("WrapUpStarted", 50.0, segment=1, until=170.0),
    said("SurveyOffered", 50.0, survey="s", version="1"),
    said("SurveyEnded", 55.0, survey="s", complete=True),
    said("ContactEnded", 60.0, where="goodbye", by="center"),
    said("WrapUpEnded", 70.0, segment=1, disposition="solved", by="ann"),
    e.AgentReleased(at=70.0, agent="ann", contact="c1"),  # type: ignore[arg-type]
]


def view_after(events: list[e.Event]) -> LiveView:
    view = LiveView()
    for event in events:
        view.apply(event)
    return view


def test_a_contact_is_seen_at_every_stage_of_its_life() -> None:
    view, stages = LiveView(), []
    for event in LIFE:
        view.apply(event)
        stages += [contact.stage for contact in view.contacts.values() if contact.stage not in stages[-1:]]
    assert stages == ["ivr", "queued", "offered", "joining", "talking", "leaving", "survey", "leaving"]
    assert view.contacts == {}


def test_an_agent_is_seen_in_every_activity() -> None:
    view, activities = LiveView(), []
    for event in LIFE[1:]:
        view.apply(event)
        activities += [a.activity for a in view.agents.values() if a.activity not in activities[-1:]]
    assert activities == ["idle", "reserved", "ringing", "talking", "wrapping_up", "idle"]


def test_a_disposition_is_owed_from_the_end_of_the_wrap_up_until_it_is_given() -> None:
    view, owed = view_after(LIFE[:-2]), []
    for event in (
        said("WrapUpEnded", 170.0, segment=1, disposition=None, by="center"),
        e.AgentReleased(at=170.0, agent="ann", contact="c1"),  # type: ignore[arg-type]
        said("Disposed", 200.0, segment=1, code="solved"),
    ):
        view.apply(event)
        owed.append(view.agents["ann"].owes)  # type: ignore[index]
    assert owed == ["c1", "c1", None]


def test_an_agent_whom_a_supervisor_excused_owes_nothing_and_has_no_contact() -> None:
    excused = said("WrapUpExcused", 180.0, segment=1, by="sol")
    released = e.AgentReleased(at=180.0, agent="ann", contact="c1")  # type: ignore[arg-type]
    ended = said("WrapUpEnded", 180.0, segment=1, disposition=None, by="sol")
    for events in ([ended, excused, released], [ended, released, excused]):
        ann = view_after([*LIFE[:-2], *events]).agents["ann"]  # type: ignore[index]
        assert (ann.owes, ann.contact, ann.activity) == (None, None, "idle")


def test_an_agent_is_seen_muted_until_he_is_heard_again_or_his_part_is_over() -> None:
    mute, unmute = (said("AgentMuted", 20.0, muted=muted) for muted in (True, False))
    talking = LIFE[: LIFE.index(said("TalkEnded", 50.0, segment=1, by="agent", caller_stays=True))]
    ended = LIFE[len(talking) : len(talking) + 2]
    seen = [view_after([*talking, *more]).agents["ann"] for more in ([mute], [mute, unmute], [mute, *ended])]  # type: ignore[index]
    assert [it.muted for it in seen] == [True, False, False]
    assert seen[0].served_queue == "service"


def test_a_disposition_given_in_time_is_not_owed() -> None:
    view = view_after([*LIFE[:-2], said("Disposed", 69.0, segment=1, code="solved"), *LIFE[-2:]])
    assert view.agents["ann"].owes is None  # type: ignore[index]


def test_what_the_caller_did_and_who_he_is_can_be_seen() -> None:
    contact = view_after(LIFE[:8]).contacts["c1"]  # type: ignore[index]
    assert (contact.path, contact.values, contact.language) == (["main"], {"topic": "bills"}, "en")
    assert (contact.candidates, contact.value_class) == ((ROSA,), "A")
    assert (contact.stage, contact.queue, contact.queued_at, contact.since) == ("queued", "service", 3.0, 3.0)


def test_queues_count_who_came_was_answered_and_gave_up_and_how_long_they_waited() -> None:
    gave_up = [ARRIVED, queued(at=80.0), said("ContactEnded", 83.0, where="queue", by="caller")]
    assert view_after([*LIFE, *gave_up]).queues == {
        "service": QueueView(  # type: ignore[dict-item]
            queue="service",  # type: ignore[arg-type]
            day_ends_at=86400.0,
            queued=2,
            answered=1,
            answered_in_time=1,
            abandoned=1,
            abandoned_in_time=1,
            abandoned_short=1,
            longest_wait_seconds=4.0,
        )
    }


def test_an_offer_that_came_to_nothing_does_not_end_the_wait() -> None:
    again = [
        said("ContactRequeued", 9.0, reason="busy", queue="service"),
        *LIFE[8:11],
        said("OfferAccepted", 30.0),
    ]
    connected = said("ContactConnected", 31.0, queue="service", segment=1, leg="a")
    row = view_after([*LIFE[:11], *again, connected]).queues["service"]  # type: ignore[index]
    assert (row.queued, row.answered, row.answered_in_time, row.longest_wait_seconds) == (1, 1, 0, 28.0)


def test_who_comes_back_from_a_talk_waits_anew_but_keeps_his_place() -> None:
    back = [said("AgentAway", 40.0), said("ContactRequeued", 60.0, reason="agent_away", queue="service")]
    gave_up = said("ContactEnded", 75.0, where="queue", by="caller")
    view = view_after([*LIFE[:13], *back])
    assert view.contacts["c1"].queued_at == 3.0  # type: ignore[index]
    view.apply(gave_up)
    row = view.queues["service"]  # type: ignore[index]
    assert (row.queued, row.answered, row.abandoned, row.abandoned_in_time) == (2, 1, 1, 1)
    assert row.longest_wait_seconds == 15.0


def test_who_is_moved_to_another_queue_counts_where_his_wait_ends() -> None:
    moved = [queued(9.0, queue="emergency"), said("ContactEnded", 33.0, where="queue", by="caller")]
    rows = view_after([*LIFE[:8], *moved]).queues
    assert [(key, row.queued, row.abandoned, row.longest_wait_seconds) for key, row in rows.items()] == [
        ("service", 1, 0, None),
        ("emergency", 1, 1, 30.0),
    ]


def test_the_tables_say_what_is_in_time_and_when_the_day_ends() -> None:
    brief = e.QueueBrief(
        key="service",  # type: ignore[arg-type]
        account_id=1,
        service_level_seconds=3.0,
        short_abandon_seconds=1.0,
        time_zone="America/Santiago",
    )
    tables = e.ConfigurationChanged(at=0.0, version="2", queues=(brief,), agents=())
    row = view_after([tables, *LIFE[2:]]).queues["service"]  # type: ignore[index]
    assert (row.answered, row.answered_in_time, row.day_ends_at) == (1, 0, 3 * 3600.0)


def test_who_leaves_before_he_is_queued_did_not_abandon_a_queue() -> None:
    view = view_after([CONFIGURED, ARRIVED, said("ContactEnded", 2.0, where="ivr", by="caller")])
    assert view.queues["service"].abandoned == 0  # type: ignore[index]


@pytest.mark.parametrize("end", ["OfferExpired", "OfferRefused", "OfferWithdrawn", "ContactRequeued"])
def test_a_contact_whose_offer_came_to_nothing_waits_as_before(end: str) -> None:
    view = view_after([*LIFE[:11], said(end, 9.0, reason="busy", queue="service")])
    [contact] = view.waiting("service")  # type: ignore[arg-type]
    assert (contact.stage, contact.agent, contact.queued_at, contact.since) == ("queued", None, 3.0, 9.0)


def test_who_waits_longest_comes_first_also_while_a_phone_rings() -> None:
    second = msgspec.structs.replace(ARRIVED, contact="c2")
    view = view_after([CONFIGURED, ARRIVED, second, queued(2.5, "c2"), *LIFE[7:10]])
    assert [(it.contact, it.stage) for it in view.waiting("service")] == [("c2", "queued"), ("c1", "offered")]  # type: ignore[arg-type]


def test_the_wait_of_who_is_moved_to_another_queue_goes_on() -> None:
    view = view_after([*LIFE[:8], queued(9.0, queue="emergency")])
    contact = view.contacts["c1"]  # type: ignore[index]
    assert (contact.queue, contact.queued_at, contact.since) == ("emergency", 3.0, 9.0)


def test_a_call_back_that_is_moved_to_another_queue_is_no_caller_on_the_line() -> None:
    asked = msgspec.structs.replace(ARRIVED, channel="callback", leg="")
    kept = msgspec.structs.replace(queued(), leg="")
    moved = msgspec.structs.replace(queued(at=9.0, queue="technical"), leg="")
    placed = e.CallbackPlaced(at=3.0, contact="c1", asked_in="c0")  # type: ignore[arg-type]
    view = view_after([CONFIGURED, asked, kept, placed, moved])
    assert (view.contacts["c1"].queue, view.contacts["c1"].stage) == ("technical", "call_back")  # type: ignore[index]
    view.apply(queued(at=20.0))
    assert view.contacts["c1"].stage == "queued"  # type: ignore[index]


def test_new_tables_keep_what_is_known_and_drop_what_is_gone() -> None:
    news = changed(at=9.0, version="2", queues=("service", "other"), agents=("ann", "zoe"))  # type: ignore[arg-type]
    view = view_after([*LIFE[:2], news])
    assert (list(view.queues), list(view.agents), view.version) == (["service", "other"], ["ann", "zoe"], "2")
    assert view.agents["ann"].status == "available"  # type: ignore[index]


def test_who_was_removed_is_seen_until_his_contact_ends() -> None:
    without = changed(at=20.0, version="2", queues=("service",), agents=("bob",))  # type: ignore[arg-type]
    view = view_after([*LIFE[:13], without])
    assert view.agents["ann"].activity == "talking"  # type: ignore[index]
    for event in [*LIFE[13:], without]:
        view.apply(event)
    assert view.agents == {"bob": AgentView(agent="bob")}  # type: ignore[arg-type, dict-item]


def test_events_of_contacts_that_are_not_there_are_of_no_consequence() -> None:
    view = view_after([CONFIGURED])
    before = msgspec.json.encode(view)
    for event in (
        said("NodeEntered", 2.0, node="x", kind="menu"),
        said("ContactEnded", 3.0, where="ivr", by="caller"),
    ):
        view.apply(event)
    assert msgspec.json.encode(view) == before


def test_whether_asterisk_is_in_reach_is_seen() -> None:
    assert view_after([e.SwitchStateChanged(at=1.0, up=True)]).switch_up


@pytest.mark.parametrize("cut", range(len(LIFE) + 1))
def test_a_snapshot_and_the_events_since_give_the_same_view(cut: int) -> None:
    old = msgspec.json.decode(msgspec.json.encode(view_after(LIFE[:cut])), type=LiveView)
    for event in LIFE[cut:]:
        old.apply(decode_event(encode(event)))
    assert old == view_after(LIFE)


def test_a_step_is_known_by_its_label_too() -> None:
    bills = said("NodeEntered", 2.0, node="bills", kind="menu", label={"es": "Boletas", "en": "Bills"})
    contact = view_after([*LIFE[:5], bills]).contacts["c1"]  # type: ignore[index]
    assert (contact.path, contact.labels) == (["main", "bills"], {"bills": {"es": "Boletas", "en": "Bills"}})


def test_of_a_caller_who_circles_in_a_menu_the_latest_steps_are_kept() -> None:
    circle = [said("NodeEntered", 2.0, node=f"n{number}", kind="menu") for number in range(300)]
    contact = view_after([*LIFE[:5], *circle]).contacts["c1"]  # type: ignore[index]
    assert contact.path == [f"n{number}" for number in range(100, 300)]
