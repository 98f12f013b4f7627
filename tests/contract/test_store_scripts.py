"""Scripts on both databases: versions, one in force, a contact's way through one, and what he answered."""

from importlib import resources

import pytest

from crm_core import audit, merges, timeline
from crm_core.accounts import Account
from crm_core.campaigns.campaign import Campaign
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.dials import schedule
from crm_core.holdings import keep as keep_thing
from crm_core.invoices import Invoice
from crm_core.privacy import erasure
from crm_core.provenance import Origin, Source
from crm_core.queues import add_queue
from crm_core.scripts import contact_script, script_runs, script_values, script_versions
from crm_core.scripts.script_runs import Run
from crm_core.scripts.script_walk import Step
from ctiserver.core.errors import Conflict, NotFound, Refusal
from ctiserver.core.permit import Purpose

TEXT = resources.files("crm_core.scripts.demo").joinpath("collection.toml").read_text("utf-8")
NOW = 1_790_000_000.0  # 21 September 2026
ANN = {"by": "ann", "now": NOW}


@pytest.fixture
def ana(store: Store) -> int:
    return store.write(
        lambda session: (
            add_customer(session, 1, name="Ana", surname="Soto", phones=[], now=1.0, language="es").id
        )
    )


@pytest.fixture
def script(store: Store) -> None:
    store.write(script_versions.keep, 1, "debt", TEXT, note="first", expected_newest=None, **ANN)
    store.write(script_versions.put_in_force, 1, "debt", 1, **ANN)


def begun(store: Store, ana: int | None, contact: str = "c1", campaign_id: int | None = None) -> Run:
    def change(session):  # type: ignore[no-untyped-def]
        version = script_versions.in_force(session, 1, "debt")
        made = script_runs.begin(
            session, version, contact, customer_id=ana, campaign_id=campaign_id, language="es", **ANN
        )
        return script_runs.as_run(session, made)

    return store.write(change)


def step(
    store: Store, page: str, answer: str = "", contact: str = "c1", ana: int | None = None, **more: object
) -> Run:
    taken = Step(page=page, answer=answer, **more)  # type: ignore[arg-type]
    return store.write(
        lambda session: script_runs.as_run(
            session,
            script_runs.take(session, 1, contact, taken, customer_id=ana, by="ann", now=NOW + 5),
        )
    )


def test_versions_are_kept_and_one_is_in_force_until_an_older_one_is_restored(
    store: Store, script: None
) -> None:
    kept = store.write(script_versions.keep, 1, "debt", TEXT + "\n", note="", expected_newest=1, **ANN)
    assert (kept.in_force, [one.number for one in kept.versions]) == (1, [2, 1])
    with pytest.raises(Conflict, match="meanwhile"):
        store.write(script_versions.keep, 1, "debt", "x", note="", expected_newest=1, **ANN)
    assert store.write(script_versions.put_in_force, 1, "debt", 2, **ANN).in_force == 2
    assert store.write(script_versions.put_in_force, 1, "debt", 1, **ANN).in_force == 1
    assert store.read(script_versions.names_in_force, 1) == ["debt"]
    actions = store.read(lambda session: [row.action for row in session.query(audit.AuditRow).all()])
    assert actions.count("script.put_in_force") == 3
    with pytest.raises(NotFound):
        store.write(script_versions.put_in_force, 1, "debt", 9, **ANN)


def test_another_account_has_scripts_of_the_same_name_and_sees_no_others(store: Store, script: None) -> None:
    store.write(
        lambda session: session.add(
            Account(id=2, name="B", country="CL", language="es", time_zone="America/Santiago")
        )
    )
    assert store.read(script_versions.scripts, 2) == []
    with pytest.raises(NotFound):
        store.read(script_versions.version, 2, "debt", 1)
    mine = store.write(script_versions.keep, 2, "debt", TEXT, note="", expected_newest=None, **ANN)
    assert (mine.in_force, len(mine.versions)) == (None, 1)


def test_a_walk_is_kept_at_every_step_and_goes_on_with_the_version_that_it_began_with(
    store: Store, script: None, ana: int
) -> None:
    first = begun(store, ana)
    assert (first.place.page, first.left, first.answers) == ("greeting", 1, {})
    store.write(script_versions.keep, 1, "debt", "start = 'x'", note="", expected_newest=1, **ANN)
    store.write(script_versions.put_in_force, 1, "debt", 2, **ANN)
    assert step(store, "greeting", "yes").place.page == "debt"
    assert step(store, "debt", objection="no_money").place.page == "amount"
    assert step(store, "amount", back=True).place.page == "debt"
    assert step(store, "debt", "forgot").place.page == "amount"
    assert step(store, "amount", "12000,5").place.page == "day"
    done = step(store, "day", "2026-10-03")
    assert (done.place.page, done.left, done.number) == ("agreed", 0, 1)
    assert begun(store, ana) == done  # a reload
    assert done.answers == {
        "right_person": "yes",
        "objection.no_money": "debt",
        "why": "forgot",
        "amount": "12000.5",
        "day": "2026-10-03",
    }
    said = script_values.answered(done.script, done.answers, "es")
    assert (said["answer.amount"], said["answer.day"]) == ("12.000,5", "3 de octubre")
    assert said["answer.why"] == "Se olvidó"


def test_another_answer_to_a_question_takes_the_place_of_the_first(
    store: Store, script: None, ana: int
) -> None:
    begun(store, ana)
    step(store, "greeting", "no")
    step(store, "wrong", back=True)
    assert step(store, "greeting", "yes").answers == {"right_person": "yes"}
    [kept] = store.read(script_runs.answers_of, 1, ana)
    assert (kept.page, kept.kind, kept.by, kept.contact_id, kept.at) == (
        "greeting", "yes_no", "ann", "c1", NOW + 5
    )  # fmt: skip
    lines = store.read(timeline.timeline, 1, ana, kinds=["answer"]).rows
    assert [(line.title, line.detail, line.by) for line in lines] == [
        ("Buenos días, ¿hablo con …? Le llama …, de ….", "Sí", "ann")
    ]


@pytest.mark.parametrize(
    ("page", "answer", "more", "error_id"),
    [
        ("greeting", "maybe", {}, "wrong_answer_yes_no"),
        ("debt", "forgot", {}, "other_page"),
        ("greeting", "", {"objection": "weather"}, "no_objection"),
    ],
)
def test_a_wrong_step_is_refused_and_changes_nothing(
    store: Store, script: None, ana: int, page: str, answer: str, more: dict[str, str], error_id: str
) -> None:
    before = begun(store, ana)
    with pytest.raises(Refusal) as refused:
        step(store, page, answer, **more)
    assert refused.value.error_id == error_id
    assert begun(store, ana) == before
    with pytest.raises(NotFound):
        step(store, "greeting", "yes", contact="c9")


def test_who_is_found_out_later_has_the_answers_from_then_on_and_takes_them_along(
    store: Store, script: None, ana: int
) -> None:
    begun(store, None)
    step(store, "greeting", "yes")
    step(store, "debt", "forgot", ana=ana)
    assert [one.question for one in store.read(script_runs.answers_of, 1, ana)] == ["why"]
    kept = store.write(lambda session: add_customer(session, 1, name="Ana S.", phones=[], now=1.0).id)
    store.write(merges.merge, 1, kept, ana, by="ann", now=NOW + 9)
    assert [one.question for one in store.read(script_runs.answers_of, 1, kept)] == ["why"]
    store.write(erasure.erase, 1, kept, confirmation="Ana S. Soto", ground="asked", by="ann", now=NOW + 10)
    assert store.read(script_runs.answers_of, 1, kept) == []


def test_the_script_of_a_contact_is_that_of_its_campaign_and_speaks_of_what_his_lead_brings(
    store: Store, script: None, ana: int
) -> None:
    def campaign(session):  # type: ignore[no-untyped-def]
        queue = add_queue(session, 1, "sales", "Sales", skills={})
        made = Campaign(
            account_id=1, key="late", name="Late", purpose=Purpose.COLLECTIONS, mode="preview", queue_id=queue.id,
            script="debt", state_at=NOW, state_by="ann", made_at=NOW, made_by="ann",
        )  # fmt: skip
        session.add(made)
        session.flush()
        told = Origin(source=Source.SYSTEM, by="billing")
        keep_thing(
            session, Invoice, 1, ana, "B-1", origin=told, now=NOW, amount_minor=125_000, due_at=NOW - 86_400.0
        )
        lead = schedule(
            session, 1, ana, number="+56971884213", purpose=Purpose.COLLECTIONS, about=("campaign", f"{made.id}/{ana}"),
            not_before=NOW, not_after=NOW + 86_400.0, by="ann", now=NOW, flow="x", values={"plan": "gas"},
        )  # fmt: skip
        lead.campaign_id = made.id
        session.flush()
        return made.id, lead.id

    campaign_id, dial_id = store.write(campaign)
    found = store.read(contact_script.of_dial, 1, dial_id)
    assert found is not None
    assert (found.campaign_id, found.customer_id, found.values) == (campaign_id, ana, {"plan": "gas"})
    values = store.read(
        script_values.values, 1, customer_id=ana, agent="Ann", lead=found.values, language="es"
    )
    assert values["customer.name"] == "Ana Soto"
    assert (values["customer.debt"], values["customer.due_on"]) == ("$125.000", "20 de septiembre")
    assert (values["agent.name"], values["lead.plan"]) == ("Ann", "gas")
    begun(store, ana, campaign_id=campaign_id)
    step(store, "greeting", "yes")
    step(store, "debt", objection="cut")
    assert store.read(script_runs.counts, 1, campaign_id) == {
        "objection.cut": {"debt": 1}, "right_person": {"yes": 1}
    }  # fmt: skip
    store.write(lambda session: session.get(Campaign, campaign_id).__setattr__("script", "gone"))
    assert store.read(contact_script.of_dial, 1, dial_id) is None
    assert store.read(contact_script.of_dial, 2, dial_id) is None
