"""Survey results on both databases: figures with intervals, who took part, who dodges, what a "no" brings about."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm_core import attachments, dials, interaction_writer, survey_results
from crm_core.accounts import Account
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interactions import Interaction, Segment, SurveyAnswer
from crm_core.phone_numbers import E164
from crm_core.privacy.files import recordings_of
from crm_core.privacy.ownership import Person
from crm_core.reader_positions import EventId
from crm_core.survey_figures import Figure
from crm_core.users import add_user
from crm_core.work_orders import order_work, technicians
from crm_core.work_orders.closing import close
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.work_orders import Author, work_order
from ctiserver.app.comment_files import CommentFiles
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.permit import Purpose

DAY = 86_400.0
NOW = 1_800_000_000.0  # 2027-01-15, 08:00 UTC, a Friday
MIDNIGHT = NOW - 5 * 3600  # in Santiago, three hours behind


class Office:
    """What a test puts there."""

    def __init__(self, store: Store) -> None:
        self.store, self.made = store, 0
        store.write(lambda session: session.add(_account(2)))

    def contact(self, **fields: Any) -> str:
        self.made += 1
        usual: dict[str, Any] = {
            "id": f"c{self.made}",
            "account_id": 1,
            "arrived_at": NOW - DAY,
            "ended_at": NOW - DAY + 60,
            "queue": "servicio",
            "last_epoch": 1,
            "last_seq": self.made,
            "last_n": 1,
        }
        segment = fields.pop("talk", None)
        self.store.write(self._add, usual | fields, segment)
        return f"c{self.made}"

    def _add(self, session: Session, fields: dict[str, Any], talk: dict[str, Any] | None) -> None:
        row = Interaction(**fields)
        if talk:
            row.segments.append(Segment(ordinal=1, queue="servicio", answered_at=NOW - DAY, **talk))
        session.add(row)

    def answer(self, contact: str, measure: str, value: int, at: float = NOW - DAY, **fields: Any) -> None:
        row = SurveyAnswer(
            interaction_id=contact,
            survey="satisfaction",
            question=measure,
            measure=measure,
            raw=str(value),
            value=value,
            answered_at=at,
            **{"kind": "1-5"} | fields,
        )
        self.store.write(lambda session: session.add(row))

    def results(self, now: float = NOW, account_id: int = 1, **which: Any) -> survey_results.Results:
        return self.store.read(
            survey_results.results, account_id, NOW - 90 * DAY, NOW + DAY, now=now, **which
        )


def _account(number: int) -> Account:
    return Account(id=number, name="other", country="CL", language="es", time_zone="America/Santiago")


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def values(found: list[Figure]) -> dict[str, tuple[float, int]]:
    return {one.name: (round(one.value, 3), one.n) for one in found}


def test_answers_are_added_up_in_all_by_question_queue_and_week(office: Office) -> None:
    for value, queue in ((5, "servicio"), (4, "servicio"), (2, "tecnico")):
        office.answer(office.contact(queue=queue), "csat", value)
    office.answer(office.contact(), "csat", 1, NOW - 8 * DAY)
    office.answer(office.contact(account_id=2), "csat", 1)
    office.answer(office.contact(), "csat", 1, NOW - 200 * DAY)
    found = office.results()
    assert values(found.total) == {"csat": (0.5, 4), "csat_mean": (3.0, 4)}
    [question] = found.questions
    assert (question.question, question.kind, question.counts) == ("csat", "1-5", {1: 1, 2: 1, 4: 1, 5: 1})
    assert {queue: values(of)["csat_mean"] for queue, of in found.queues.items()} == {
        "servicio": (3.333, 3),
        "tecnico": (2.0, 1),
    }
    assert {week: values(of)["csat_mean"][1] for week, of in found.weeks.items()} == {
        "2027-01-04": 1,
        "2027-01-11": 3,
    }
    assert office.results(survey="other").total == []
    assert office.store.read(survey_results.surveys_of, 1) == ["satisfaction"]


def test_people_are_compared_from_five_on_and_see_their_own_first(office: Office) -> None:
    for n in range(4):
        office.answer(office.contact(survey_agent=f"a{n}"), "csat", 5)
    assert office.results().agents is None
    office.answer(office.contact(survey_agent="a4"), "csat", 3)
    office.answer(office.contact(survey_agent="a4"), "csat", 1, MIDNIGHT + 60)
    found = office.results()
    assert found.people_until == MIDNIGHT
    assert found.agents is not None
    assert values(found.agents["a4"])["csat_mean"] == (3.0, 1)
    own = office.store.read(survey_results.own_figures, 1, NOW - 90 * DAY, NOW + DAY, agent="a4")
    assert values(own)["csat_mean"] == (2.0, 2)
    tomorrow = office.results(now=NOW + DAY).agents
    assert tomorrow is not None
    assert values(tomorrow["a4"])["csat_mean"] == (2.0, 2)


def test_who_took_part_is_counted_and_an_agent_whose_callers_never_stay_is_flagged(office: Office) -> None:
    office.contact(survey_offered_at=NOW - DAY)
    office.contact(survey_offered_at=NOW - DAY, survey_accepted=False)
    for n in range(120):
        agent = f"a{n % 6}"
        stays = agent != "a0" and n % 5 != 0
        office.contact(
            survey="satisfaction",
            survey_offered_at=NOW - DAY,
            survey_accepted=True,
            survey_begun_at=NOW - DAY + 30 if stays else None,
            survey_complete=True if stays else None,
            talk={"agent": agent, "ended_by": "agent" if stays else "caller"},
        )
    found = office.store.read(survey_results.taking, 1, NOW - 90 * DAY, NOW + DAY)
    assert (found.offered, found.accepted, found.begun) == (122, 120, found.answered)
    assert [one.of.agent for one in found.agents if one.flagged] == ["a0"]
    dodger = found.agents[0].of
    assert (dodger.accepted, dodger.begun, dodger.caller_left) == (20, 0, 20)
    assert office.store.read(survey_results.taking, 2, NOW - 90 * DAY, NOW + DAY).offered == 0


def test_comments_are_listed_with_their_length(office: Office) -> None:
    contact = office.contact()
    office.answer(contact, "why", 0, kind="comment", recording="r-1", recording_seconds=4.5)
    [comment] = office.store.read(survey_results.comments, 1, NOW - 90 * DAY, NOW + DAY).rows
    assert (comment.contact, comment.seconds, comment.attachment_id) == (contact, 4.5, None)
    office.answer(contact, "why-else", 0, kind="comment")
    page = office.store.read(survey_results.comments, 1, 0.0, NOW + DAY, limit=1)
    rest = office.store.read(survey_results.comments, 1, 0.0, NOW + DAY, cursor=page.next)
    assert ({page.rows[0].question, rest.rows[0].question}, rest.next) == ({"why", "why-else"}, None)
    assert office.store.read(survey_results.comments, 2, NOW - 90 * DAY, NOW + DAY).rows == []


def test_a_comment_becomes_a_file_of_the_customer_who_spoke(office: Office, tmp_path: Path) -> None:
    def known(session: Session) -> int:
        return add_customer(session, 1, name="Rosa", phones=[E164("+56922220001")], now=0.0).id

    rosa = office.store.write(known)
    spoken = {"kind": "comment", "recording_seconds": 4.5}
    nobody, hers, gone = office.contact(), office.contact(customer_id=rosa), office.contact(customer_id=rosa)
    for contact in (nobody, hers, gone):
        office.answer(contact, "why", 0, recording=f"r-{contact}", **spoken)
    (tmp_path / f"r-{hers}.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    chore = CommentFiles(office.store, tmp_path, tmp_path / "files")
    chore.turn(NOW)
    chore.turn(NOW)
    told = {one.contact: one for one in office.store.read(survey_results.comments, 1, 0.0, NOW + DAY).rows}
    assert (told[nobody].attachment_id, told[gone].attachment_id, told[gone].seconds) == (None, None, None)
    number = told[hers].attachment_id
    assert number is not None
    kept = office.store.read(attachments.attachment, 1, rosa, number)
    assert (kept.name, kept.content_type, kept.contact_id) == ("satisfaction-why.wav", "audio/wav", hers)
    person = Person(account_id=1, ids=(rosa,))
    assert office.store.read(recordings_of, person) == [f"r-{hers}", f"r-{gone}"]  # they go when she goes


# What the customer says of a visit


def _visit(session: Session) -> tuple[int, int]:
    """A closed order and the dial that asks about it."""
    add_user(session, login="juan", name="Juan", password="correct horse", roles={"technician"})
    technicians.put_technician(session, 1, "juan", code="11")
    rosa = add_customer(session, 1, name="Rosa", phones=[E164("+56922220001")], now=0.0)
    author = Author(account_id=1, login="juan", at=NOW, way=Way.PHONE, technician=True)
    order = order_work.open_order(
        session, author, kind="repair", subject="Cocina no enciende", customer_id=rosa.id
    )
    order_work.assign(session, author, order.id, "juan")
    close(session, author, order.id, "done", key="call-1")
    dial = dials.about_this(session, 1, "work_order_closing", f"{order.id}.1")
    assert dial is not None
    assert (dial.purpose, dial.technician) == (Purpose.SURVEY, "juan")
    return order.id, dial.id


def _called(dial_id: int, *answers: tuple[str, str, int]) -> list[tuple[Any, Any]]:
    contact: Any = "k-1"
    ana = Candidate(customer_id=1, pii_name="Rosa", value_class="A")
    told: list[Any] = [
        e.ContactArrived(
            at=NOW + 4000,
            contact=contact,
            account_id=1,
            leg="k-leg",  # type: ignore[arg-type]
            did="",
            pii_number="+56922220001",
            language="es",
            flow="",
            flow_version="",
            dial_id=dial_id,
        ),
        e.CallerIdentified(at=NOW + 4000, contact=contact, how="dialled", candidates=(ana,), value_class="A"),
        *(
            e.SurveyAnswered(
                at=NOW + 4010,
                contact=contact,
                survey="visit-done",
                question=question,
                raw=str(value),
                value=value,
                measure=measure,
            )
            for question, measure, value in answers
        ),
    ]
    return [(EventId(1, 1000, n), event) for n, event in enumerate(told, start=1)]


def test_not_solved_reopens_the_order_opens_a_case_and_the_grade_is_the_technicians(office: Office) -> None:
    order_id, dial_id = office.store.write(_visit)
    batch = _called(dial_id, ("grade", "grade", 3), ("solved", "solved", 0))
    office.store.write(interaction_writer.apply_batch, batch)
    found = office.store.read(work_order, 1, order_id)
    assert (found.state, found.is_open, found.case_id is not None) == ("reopened", True, True)
    own = office.store.read(survey_results.own_figures, 1, NOW, NOW + DAY, technician="juan")
    assert values(own) == {"grade": (3.0, 1), "solved": (0.0, 1)}


def test_an_answer_that_the_order_refuses_is_kept_all_the_same(office: Office) -> None:
    _, dial_id = office.store.write(_visit)
    office.store.write(
        lambda session: session.execute(
            update(dials.Dial).where(dials.Dial.id == dial_id).values(about_key="999.1")
        )
    )
    office.store.write(interaction_writer.apply_batch, _called(dial_id, ("solved", "solved", 0)))
    answers = office.store.read(lambda session: session.query(SurveyAnswer).count())
    assert answers == 1
