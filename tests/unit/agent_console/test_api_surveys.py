"""Survey results over REST: what everybody sees, what only those see who lead people; and the scheduled calls."""

from typing import Any

import pytest

from crm_core import dials
from crm_core.interactions import Interaction, Segment, SurveyAnswer
from ctiserver.core.permit import Purpose

API = "/api/v1"
SPAN = "from_at=0&until_at=100000"


@pytest.fixture
def asked(office: Any) -> Any:
    """Six agents with one answer each, one comment, one call to a customer."""

    def plant(session: Any) -> None:
        for n in range(6):
            agent = "agent" if n == 0 else f"a{n}"
            row = Interaction(
                id=f"c{n}",
                account_id=1,
                arrived_at=500.0,
                ended_at=600.0,
                queue="servicio",
                survey="satisfaction",
                survey_offered_at=510.0,
                survey_accepted=True,
                survey_begun_at=590.0,
                survey_complete=True,
                survey_agent=agent,
                last_epoch=1,
                last_seq=n + 1,
                last_n=1,
            )
            row.segments.append(
                Segment(ordinal=1, agent=agent, queue="servicio", answered_at=550.0, ended_by="agent")
            )
            row.answers.append(_answer("satisfaction", n, value=5 if n else 3))
            if n == 1:
                row.answers.append(_answer("why", n, kind="comment", recording="r", recording_seconds=4.0))
            session.add(row)
        dials.schedule(
            session,
            1,
            1,
            number="+56922220001",
            purpose=Purpose.SURVEY,
            about=("order", "1"),
            not_before=2000.0,
            not_after=3000.0,
            by="test",
            now=1000.0,
            survey="visit-done",
        )

    office.store.write(plant)
    office.now = 90_000.0  # another day
    return office


def _answer(question: str, n: int, **fields: Any) -> SurveyAnswer:
    usual = {"kind": "1-5", "measure": "csat", "raw": "5", "value": 5}
    return SurveyAnswer(
        interaction_id=f"c{n}", survey="satisfaction", question=question, answered_at=595.0, **usual | fields
    )


def test_a_supervisor_sees_figures_with_intervals_and_people(asked: Any) -> None:
    told = asked.browser("supervisor").get(f"{API}/surveys/results?{SPAN}").json
    csat = told["total"][0]
    assert (csat["name"], csat["n"], round(csat["value"], 2), csat["few"]) == ("csat", 6, 0.83, True)
    assert csat["low"] < csat["value"] < csat["high"]
    assert told["questions"][0]["counts"] == [[3, 1], [5, 5]]
    assert [row["key"] for row in told["queues"]] == ["servicio"]
    assert len(told["agents"]) == 6
    assert told["technicians"] is None
    assert told["surveys"] == ["satisfaction"]


def test_an_agent_sees_the_whole_and_his_own_but_no_colleague(asked: Any) -> None:
    agent = asked.browser("agent")
    told = agent.get(f"{API}/surveys/results?{SPAN}").json
    assert (len(told["total"]), told["agents"]) == (2, None)
    assert agent.get(f"{API}/surveys/taking?{SPAN}").json["agents"] is None
    [share, mean] = agent.get(f"{API}/me/survey-figures?{SPAN}").json
    assert (share["n"], mean["value"]) == (1, 3.0)
    assert agent.get(f"{API}/surveys/comments?{SPAN}").status_code == 403


def test_who_took_part_and_comments(asked: Any) -> None:
    supervisor = asked.browser("supervisor")
    taking = supervisor.get(f"{API}/surveys/taking?{SPAN}&survey=satisfaction").json
    assert (taking["offered"], taking["begun"], len(taking["agents"])) == (6, 6, 6)
    assert not any(row["flagged"] for row in taking["agents"])
    [comment] = supervisor.get(f"{API}/surveys/comments?{SPAN}").json["items"]
    assert (comment["question"], comment["seconds"]) == ("why", 4.0)


def test_a_time_that_ends_before_it_begins_is_refused_in_a_sentence(asked: Any) -> None:
    answer = asked.browser("supervisor").get(f"{API}/surveys/results?from_at=5&until_at=5")
    assert (answer.status_code, answer.json["error_id"]) == (409, "wrong_span")
