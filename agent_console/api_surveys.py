"""Survey results: figures for everybody, people's for whoever leads them.

Whoever may read all records sees agents and technicians beside each other, up to the last midnight; everybody sees his
own figures first, up to now.
"""

import msgspec

from agent_console.listing import Listing, listing
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from crm_core import survey_results
from crm_core.survey_dodging import Judged
from crm_core.survey_figures import Figure
from ctiserver.core.errors import Refusal

SEE, LEAD = Permission.SURVEYS, Permission.READ_INTERACTIONS


class SurveySpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded; `survey` "": all of them."""

    from_at: float
    until_at: float
    survey: str = ""


class SurveyFigure(msgspec.Struct, kw_only=True):
    """One figure with its interval of 95 %. Shares are from 0 to 1; `few`: too few answers to say much."""

    name: str
    n: int
    value: float
    low: float
    high: float
    few: bool


class FiguresOfGroup(msgspec.Struct, kw_only=True):
    """A queue, an agent, a technician, or a week by its Monday."""

    key: str
    figures: list[SurveyFigure]


class SurveyQuestion(msgspec.Struct, kw_only=True):
    """How often each value was answered: [value, times]."""

    survey: str
    question: str
    kind: str
    measure: str
    counts: list[tuple[int, int]]
    figures: list[SurveyFigure]


class SurveyResults(msgspec.Struct, kw_only=True):
    """`agents`, `technicians` None: not yours to see, or fewer than five people. `people_until`: up to when they go."""

    surveys: list[str]
    total: list[SurveyFigure]
    questions: list[SurveyQuestion]
    queues: list[FiguresOfGroup]
    weeks: list[FiguresOfGroup]
    agents: list[FiguresOfGroup] | None
    technicians: list[FiguresOfGroup] | None
    people_until: float


class AgentTaking(msgspec.Struct, kw_only=True):
    """His callers who had accepted; `p`: the probability that so few come to the survey by chance."""

    agent: str
    accepted: int
    begun: int
    answered: int
    caller_left: int
    p: float
    flagged: bool


class SurveyTaking(msgspec.Struct, kw_only=True):
    """How many were asked, accepted, came to the questions and answered all. `agents` None: not yours to see."""

    offered: int
    accepted: int
    begun: int
    answered: int
    agents: list[AgentTaking] | None


class SurveyComment(msgspec.Struct, kw_only=True):
    """Spoken words; `seconds` None: its file is not whole."""

    contact: str
    survey: str
    question: str
    at: float
    seconds: float | None
    customer_id: int | None
    attachment_id: int | None


class CommentQuery(SurveySpan, kw_only=True, forbid_unknown_fields=True):
    """A page of the comments of a span of time."""

    cursor: str | None = None
    limit: int = 50


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _results(operations.add)


def _results(add: Add) -> None:
    @add("GET", "/surveys/results", SEE, "What customers answered: figures with their intervals")
    def survey_figures(call: Call, query: SurveySpan) -> SurveyResults:
        account_id, store = call.principal.account_id, call.services.store
        span, leads = _span(query), call.principal.may(LEAD)
        found = store.read(
            survey_results.results, account_id, *span, now=call.services.now(), survey=query.survey or None
        )
        return SurveyResults(
            surveys=list(store.read(survey_results.surveys_of, account_id)),
            total=_figures(found.total),
            questions=[
                SurveyQuestion(
                    survey=one.survey,
                    question=one.question,
                    kind=one.kind,
                    measure=one.measure,
                    counts=list(one.counts.items()),
                    figures=_figures(one.figures),
                )
                for one in found.questions
            ],
            queues=_groups(found.queues),
            weeks=_groups(found.weeks),
            agents=_groups(found.agents) if leads and found.agents is not None else None,
            technicians=_groups(found.technicians) if leads and found.technicians is not None else None,
            people_until=found.people_until,
        )

    @add("GET", "/surveys/taking", SEE, "Who takes part in surveys, and whose callers do not come to them")
    def survey_taking(call: Call, query: SurveySpan) -> SurveyTaking:
        found = call.services.store.read(
            survey_results.taking, call.principal.account_id, *_span(query), survey=query.survey or None
        )
        leads = call.principal.may(LEAD)
        return SurveyTaking(
            offered=found.offered,
            accepted=found.accepted,
            begun=found.begun,
            answered=found.answered,
            agents=[_taking(one) for one in found.agents] if leads else None,
        )

    @add("GET", "/surveys/comments", LEAD, "What customers said after the tone, the latest first")
    def survey_comments(call: Call, query: CommentQuery) -> Listing[SurveyComment]:
        found = call.services.store.read(
            survey_results.comments,
            call.principal.account_id,
            *_span(query),
            survey=query.survey or None,
            cursor=query.cursor,
            limit=query.limit,
        )
        return listing(found, lambda one: msgspec.convert(one, SurveyComment, from_attributes=True))

    @add("GET", "/me/survey-figures", SEE, "What my own customers answered, up to now")
    def my_survey_figures(call: Call, query: SurveySpan) -> list[SurveyFigure]:
        who = call.principal
        found = call.services.store.read(
            survey_results.own_figures, who.account_id, *_span(query), agent=who.login, technician=who.login
        )
        return _figures(found)


def _span(query: SurveySpan) -> tuple[float, float]:
    if query.until_at <= query.from_at:
        raise Refusal("wrong_span", "the end of the time must lie behind its beginning")
    return query.from_at, query.until_at


def _figures(found: list[Figure]) -> list[SurveyFigure]:
    return msgspec.convert(found, list[SurveyFigure], from_attributes=True)


def _groups(found: dict[str, list[Figure]]) -> list[FiguresOfGroup]:
    return [FiguresOfGroup(key=key, figures=_figures(figures)) for key, figures in found.items()]


def _taking(one: Judged) -> AgentTaking:
    return AgentTaking(
        agent=one.of.agent,
        accepted=one.of.accepted,
        begun=one.of.begun,
        answered=one.of.answered,
        caller_left=one.of.caller_left,
        p=one.p,
        flagged=one.flagged,
    )
