"""What the engines get from the database, and how they learn that it changed; the outbox and the readers' positions."""

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy.orm import Session

from crm_core import outbox
from crm_core.accounts import Account
from crm_core.agents import Skill, add_agent, agent
from crm_core.configuration import tables, version
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dispositions import Disposition, dispositions_of
from crm_core.queues import add_queue, let_serve, queue
from crm_core.reader_positions import BEFORE_ALL, EventId, advance, position
from crm_core.users import add_user
from ctiserver.core import tables as plain
from ctiserver.core.errors import Conflict
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.outside import Outside, OutsideLimits


def small_center(session: Session) -> None:
    session.add_all([Skill(key=key, label_es=key, label_en=key) for key in ("en", "billing")])
    session.flush()
    add_user(session, login="ann", name="Ann", password="correct horse", roles=["agent"])
    ann = add_agent(session, login="ann", extension="1001", skills={"en": 60, "billing": 80})
    sales = add_queue(
        session,
        1,
        "sales",
        "Sales",
        skills={"en": 50},
        survey="short",
        wrap_up_seconds=10.0,
        time_zone="America/Mexico_City",
        slope={"A": 4.0},
        ceiling_seconds=300.0,
        leave_free={"C": 2},
        relaxations=[{"after_seconds": 30.0, "requires": {"en": 10}, "also_agents_of": ["help"]}],
    )
    help_ = add_queue(session, 1, "help", "Help", skills={}, head_start_seconds={"A": 200.0}, emergency=True)
    let_serve(session, ann, sales, preference=2)
    let_serve(session, ann, help_)
    session.add(Disposition(account_id=1, code="done", label_es="Listo", label_en="Done"))
    session.add(
        Disposition(
            account_id=1, queue=sales, code="sold", label_es="Vendido", label_en="Sold", needs_note=True
        )
    )
    session.flush()


@pytest.fixture
def center(store: Store) -> Store:
    store.write(small_center)
    return store


def test_the_engines_get_plain_tables_in_the_order_of_their_keys(center: Store) -> None:
    assert center.read(tables, head_start_seconds={"A": 120.0}) == plain.Tables(
        queues=(
            plain.Queue(
                key=QueueKey("help"),
                head_start_seconds={"A": 200.0},
                time_zone="America/Santiago",
                emergency=True,
            ),
            plain.Queue(
                key=QueueKey("sales"),
                requires={"en": 50},
                head_start_seconds={"A": 120.0},
                time_zone="America/Mexico_City",
                wrap_up_seconds=10.0,
                survey="short",
                slope={"A": 4.0},
                ceiling_seconds=300.0,
                leave_free={"C": 2},
                relaxations=(
                    plain.Relaxation(
                        after_seconds=30.0, requires={"en": 10}, also_agents_of=(QueueKey("help"),)
                    ),
                ),
            ),
        ),
        agents=(
            plain.Agent(
                key=AgentKey("ann"),
                name="Ann",
                extension="1001",
                endpoint="PJSIP/agent-1001",
                skills={"en": 60, "billing": 80},
                queues={QueueKey("help"): 0, QueueKey("sales"): 2},
                roles=("agent",),
            ),
        ),
        dispositions=(
            plain.Disposition(code="done"),
            plain.Disposition(code="sold", queue=QueueKey("sales"), needs_note=True),
        ),
        outside=Outside(limits=(OutsideLimits(account_id=1),)),
    )


def test_queues_and_agents_belong_to_their_company(center: Store) -> None:
    def second_company(session: Session) -> None:
        session.add(Account(id=2, name="Other", country="CO", language="es", time_zone="America/Bogota"))
        session.flush()
        add_user(session, login="zoe", name="Zoe", password="correct horse", roles=["agent"], account_id=2)
        zoe = add_agent(session, login="zoe", extension="2001", skills={})
        let_serve(session, zoe, add_queue(session, 2, "theirs", "Theirs", skills={}))

    center.write(second_company)
    seen = center.read(tables)
    assert {row.key: row.account_id for row in seen.agents} == {"ann": 1, "zoe": 2}
    assert {row.key: (row.account_id, row.time_zone) for row in seen.queues}["theirs"] == (
        2,
        "America/Bogota",
    )


def test_the_tables_can_be_journaled(center: Store) -> None:
    sent = center.read(tables)
    assert msgspec.json.decode(msgspec.json.encode(sent), type=plain.Tables) == sent


def test_an_agent_may_choose_the_dispositions_of_the_queue_and_of_all_queues(center: Store) -> None:
    def codes(session: Session, key: str) -> list[str]:
        return [row.code for row in dispositions_of(session, queue(session, 1, key))]

    assert center.read(codes, "sales") == ["done", "sold"]
    assert center.read(codes, "help") == ["done"]


@pytest.mark.parametrize("queue_key", ["sales", None])
def test_a_disposition_code_is_given_once_per_queue_and_once_for_all(
    center: Store, queue_key: str | None
) -> None:
    def add(session: Session) -> None:
        owner = queue(session, 1, queue_key) if queue_key else None
        code = "sold" if queue_key else "done"
        session.add(Disposition(account_id=1, queue=owner, code=code, label_es="", label_en=""))

    with pytest.raises(Conflict):
        center.write(add)


def change_queue(session: Session) -> None:
    queue(session, 1, "sales").wrap_up_seconds = 99.0


def change_preference(session: Session) -> None:
    let_serve(session, agent(session, "ann"), queue(session, 1, "sales"), preference=7)


def serve_no_longer(session: Session) -> None:
    sales = queue(session, 1, "sales")
    sales.agents.clear()


def learn(session: Session) -> None:
    ann = agent(session, "ann")
    ann.skills[0].level += 1


def forget_skills(session: Session) -> None:
    ann = agent(session, "ann")
    ann.skills = []


def remove_queue(session: Session) -> None:
    session.delete(queue(session, 1, "help"))


@pytest.mark.parametrize(
    "change", [change_queue, change_preference, serve_no_longer, learn, forget_skills, remove_queue]
)
def test_every_change_raises_the_version(center: Store, change: Callable[[Session], None]) -> None:
    before = center.read(tables), center.read(version)
    center.write(change)
    assert center.read(tables) != before[0]
    assert center.read(version) > before[1]


def test_what_is_no_configuration_leaves_the_version(center: Store) -> None:
    before = center.read(version)
    center.write(lambda session: add_customer(session, 1, now=1.0, name="Ana").id)
    center.write(lambda session: setattr(queue(session, 1, "sales"), "wrap_up_seconds", 10.0))
    assert center.read(version) == before


def test_a_thing_is_posted_once_per_id(store: Store) -> None:
    for body in ({"to": "first"}, {"to": "second"}):
        store.write(outbox.post, "3.14.1", "mail", body, due_at=10.0)
    (item,) = store.write(outbox.due, 10.0)
    assert item.body == {"to": "first"}


def test_things_are_sent_when_due_and_only_until_done(store: Store) -> None:
    store.write(outbox.post, "1.1.1", "mail", {}, due_at=10.0)
    assert store.write(outbox.due, 9.0) == []
    store.write(lambda session: [outbox.sent(item, 11.0) for item in outbox.due(session, 11.0)])
    assert store.write(outbox.due, 99.0) == []


def test_what_could_not_be_sent_is_tried_again_later_and_later(store: Store) -> None:
    store.write(outbox.post, "1.1.1", "mail", {}, due_at=0.0)
    pauses = []
    now = 0.0
    for _ in range(15):
        store.write(
            lambda session, now: [outbox.failed(i, now, "no route") for i in outbox.due(session, now)], now
        )
        (item,) = store.write(outbox.due, 1e9)
        pauses.append(item.due_at - now)
        now = item.due_at
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == outbox.LONGEST_PAUSE_SECONDS
    assert (item.attempts, item.last_error) == (15, "no route")


def test_a_reader_begins_before_all_and_goes_on_where_it_was(store: Store) -> None:
    assert store.read(position, "reports") == BEFORE_ALL
    for reached in (EventId(1, 5, 2), EventId(2**40, 2**50, 1)):
        store.write(advance, "reports", reached)
        assert store.read(position, "reports") == reached
    assert store.read(position, "another") == BEFORE_ALL
