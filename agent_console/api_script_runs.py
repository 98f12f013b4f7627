"""The script of the contact in an agent's hand, step by step, and what customers answered.

Which script it is, the contact's campaign says. The agent's page gets the whole script with the values of its
variables; where he is in it, and each answer, is kept at every step, so that a reload goes on where it was.
"""

from typing import Any

import msgspec

from agent_console.in_hand import customer_id, in_hand
from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import customers
from crm_core.campaigns import outcomes
from crm_core.campaigns.outcomes import CostOfRecovery, KeptRate
from crm_core.scripts import contact_script, script_runs, script_values, script_walk
from crm_core.scripts.contact_script import LeadScript
from crm_core.scripts.script import LANGUAGES, Script
from crm_core.scripts.script_runs import Run
from crm_core.scripts.script_walk import Place, Step
from ctiserver.core.errors import NotFound

LEAST_PERSONS = 5
"""Persons are compared in groups of so many or more only."""


class ScriptView(msgspec.Struct, kw_only=True):
    """A script as an agent reads it. `values`: what its variables stand for, without those that nobody knows;
    `left`: how many pages come at least until the end; `number`: the script's version.
    """

    name: str
    number: int
    language: str
    script: Script
    place: Place
    left: int
    answers: dict[str, str]
    values: dict[str, str]


class LeadStep(msgspec.Struct, kw_only=True):
    """A step from a place in a script of which nothing is kept; without them it begins."""

    place: Place | None = None
    step: Step | None = None


class GivenAnswer(msgspec.Struct, kw_only=True):
    """What a customer said: `asked` and `said` are the words, `question` and `answer` what they are kept as.

    Of an objection (`kind`) `answer` is the page on which he raised it.
    """

    script: str
    version: int
    page: str
    question: str
    kind: str
    answer: str
    asked: str
    said: str
    at: float
    by: str
    contact_id: str
    campaign_id: int | None


class Outcomes(msgspec.Struct, kw_only=True):
    """What a campaign's promises to pay came to. `by_agent`: by the log-in of who heard them.

    `persons_hidden`: fewer than five agents heard promises, so none is shown beside another.
    """

    promises: KeptRate
    by_agent: dict[str, KeptRate]
    persons_hidden: bool
    cost: CostOfRecovery


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add, path = operations.add, "/me/scripts/{contact}"

    @add("POST", path, Permission.OWN_DESK, "Begin the script of my contact, or see where it stands")
    def my_script(call: Call, contact: str) -> ScriptView:
        row = in_hand(call, contact)
        whose, account_id = customer_id(row), call.principal.account_id

        def begin(session: Any) -> ScriptView:
            asked = contact_script.of_dial(session, account_id, row.dial_id or 0)
            run = script_runs.run(session, account_id, contact)
            if run is None and asked is not None:
                run = script_runs.begin(
                    session,
                    asked.version,
                    contact,
                    customer_id=whose or asked.customer_id,
                    campaign_id=asked.campaign_id,
                    language=_language(asked.language),
                    by=call.principal.login,
                    now=call.services.now(),
                )
            if run is None:
                raise NotFound(f"contact {contact} has no script")
            return _view(call, session, script_runs.as_run(session, run), run.customer_id, asked)

        return call.services.store.write(begin)

    @add(
        "POST",
        path + "/steps",
        Permission.OWN_DESK,
        "Go on in the script of my contact: answer, reply, or back",
    )
    def step_in_script(call: Call, contact: str, body: Step) -> ScriptView:
        row = in_hand(call, contact)
        account_id = call.principal.account_id

        def take(session: Any) -> ScriptView:
            run = script_runs.take(
                session,
                account_id,
                contact,
                body,
                customer_id=customer_id(row),
                by=call.principal.login,
                now=call.services.now(),
            )
            asked = contact_script.of_dial(session, account_id, row.dial_id or 0)
            return _view(call, session, script_runs.as_run(session, run), run.customer_id, asked)

        return call.services.store.write(take)

    @add(
        "POST",
        "/me/leads/{dial_id}/script",
        Permission.OWN_DESK,
        "Look through the script of a lead before I dial it",
    )
    def script_of_lead(call: Call, dial_id: str, body: LeadStep) -> ScriptView:
        def read(session: Any) -> ScriptView:
            asked = contact_script.of_dial(session, call.principal.account_id, number_of(dial_id))
            if asked is None:
                raise NotFound(f"the lead {dial_id} has no script")
            return _view(call, session, _preview(asked, body), asked.customer_id, asked)

        return call.services.store.read(read)

    _add_answers(operations)


def _add_answers(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/campaign-outcomes/{campaign_id}", Permission.SEE_CAMPAIGNS, "Promises kept, and their cost")
    def campaign_outcomes(call: Call, campaign_id: str) -> Outcomes:
        account_id, number, now = call.principal.account_id, number_of(campaign_id), call.services.now()

        def read(session: Any) -> Outcomes:
            by_agent = outcomes.kept_by_agent(session, account_id, number, now=now)
            hidden = len(by_agent) < LEAST_PERSONS
            return Outcomes(
                promises=outcomes.kept_promises(session, account_id, number, now=now),
                by_agent={} if hidden else by_agent,
                persons_hidden=hidden,
                cost=outcomes.cost_of_recovery(session, account_id, number, now=now),
            )

        return call.services.store.read(read)

    @add(
        "GET",
        "/customers/{customer_id}/script-answers",
        Permission.READ_CUSTOMERS,
        "What he answered to scripts",
    )
    def answers_of_customer(call: Call, customer_id: str) -> list[GivenAnswer]:
        account_id, number = call.principal.account_id, number_of(customer_id)

        def read(session: Any) -> list[GivenAnswer]:
            customers.customer(session, account_id, number)
            return [
                GivenAnswer(
                    script=one.version.name,
                    version=one.version.number,
                    page=one.page,
                    question=one.question.removeprefix(script_walk.OBJECTION),
                    kind=one.kind,
                    answer=one.answer,
                    asked=one.asked,
                    said=one.said,
                    at=one.at,
                    by=one.by,
                    contact_id=one.contact_id,
                    campaign_id=one.campaign_id,
                )
                for one in script_runs.answers_of(session, account_id, number)
            ]

        return call.services.store.read(read)

    @add(
        "GET", "/campaign-answers/{campaign_id}", Permission.SEE_CAMPAIGNS, "How often each answer was given"
    )
    def campaign_answers(call: Call, campaign_id: str) -> dict[str, dict[str, int]]:
        account_id = call.principal.account_id
        return call.services.store.read(script_runs.counts, account_id, number_of(campaign_id))


def _preview(asked: LeadScript, body: LeadStep) -> Run:
    """The script after a step of which nothing is kept."""
    script = script_runs.script_of(asked.version)
    place = body.place or script_walk.begin(script)
    if body.step is not None:
        place, _ = script_walk.take(script, place, body.step)
    return Run(
        name=asked.version.name,
        number=asked.version.number,
        language=_language(asked.language),
        script=script,
        place=place,
        left=script_walk.steps_left(script, place.page),
        answers={},
    )


def _view(call: Call, session: Any, run: Run, whose: int | None, asked: LeadScript | None) -> ScriptView:
    values = script_values.values(
        session,
        call.principal.account_id,
        customer_id=whose,
        agent=call.principal.name,
        lead=asked.values if asked else {},
        language=run.language,
    )
    values |= script_values.answered(run.script, run.answers, run.language)
    return ScriptView(values=values, **{key: getattr(run, key) for key in run.__struct_fields__})


def _language(written: str) -> str:
    return written if written in LANGUAGES else LANGUAGES[0]
