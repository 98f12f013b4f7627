"""A customer whom we called and who answered: he hears the flow, or is asked the survey, that his dial names.

Whom a campaign called waits in its queue at once; if no agent comes in time, he hears the campaign's message. From
there on he is a contact like any other: keys, a person on 0, a queue. Should the flow or survey be gone meanwhile,
nobody keeps him on a silent line.
"""

from ctiserver.core.commands import DropLeg
from ctiserver.core.events import (
    CallbackReached,
    CallerIdentified,
    CallOutReached,
    ContactAnswered,
    ContactQueued,
    FlowEntered,
    LeadAbandoned,
    LeadReached,
)
from ctiserver.core.turn import Turn
from ivr import questions, walk
from ivr.arrival import arrived
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import light_fuse, play, say_goodbye


def begin(desk: Desk, reached: LeadReached, turn: Turn) -> None:
    """Open his session and say the first words."""
    flow, survey = desk.tables.flows.get(reached.flow), desk.tables.surveys.get(reached.survey)
    if flow is None and survey is None and reached.queue is None:
        turn.say(DropLeg(leg=reached.attempt))
        return
    session = Session(
        contact=reached.contact,
        account_id=reached.account_id,
        leg=reached.attempt,
        did="",
        pii_number=reached.pii_number,
        flow=reached.flow,
        flow_version=flow.version if flow else "",
        language=reached.language,
        phase=Phase.FLOW,
        outbound=True,
        values=dict(reached.values),
        candidates=(reached.customer,),
        customer_id=reached.customer.customer_id,
        level="number",
        value_class=reached.customer.value_class or desk.tables.unknown_class,
    )
    desk.open(session)
    turn.say(
        arrived(session, turn.at, reached.dial_id),
        ContactAnswered(at=turn.at, contact=session.contact),
        CallerIdentified(
            at=turn.at,
            contact=session.contact,
            how="dialled",
            candidates=session.candidates,
            value_class=session.value_class,
            level=session.level,
        ),
    )
    light_fuse(desk, session, turn)
    if flow:
        walk.begin(desk, session, turn, emergency=False)
    elif survey:
        questions.invite(desk, session, reached.survey, survey, turn)
    else:
        _queue(session, reached, turn)


def _queue(session: Session, reached: LeadReached, turn: Turn) -> None:
    if reached.queue is None:
        raise AssertionError("he has nothing to hear, and nobody to wait for")
    session.phase, session.queue = Phase.WAITING, reached.queue
    turn.say(
        ContactQueued(
            at=turn.at,
            contact=session.contact,
            account_id=session.account_id,
            leg=session.leg,
            queue=reached.queue,
            value_class=session.value_class,
            language=session.language,
            pii_number=session.pii_number,
            pii_name=reached.customer.pii_name,
            campaign=reached.campaign,
            agent=reached.agent,
        )
    )


CALLED_BACK = ("call-back-here",)


def reached(desk: Desk, message: CallbackReached | CallOutReached, turn: Turn) -> None:
    """Whom we called for an agent has answered."""
    if isinstance(message, CallbackReached):
        called_back(desk, message, turn)
    else:
        called_out(desk, message, turn)


def called_back(desk: Desk, reached: CallbackReached, turn: Turn) -> None:
    """Who asked to be called has answered: he waits for the agent who is rung, and hears who it is that calls."""
    session = Session(
        contact=reached.contact,
        account_id=reached.account_id,
        leg=reached.leg,
        did="",
        pii_number=reached.pii_number,
        flow="",
        flow_version="",
        language=reached.language,
        phase=Phase.WAITING,
        queue=reached.queue,
        value_class=reached.value_class,
    )
    desk.open(session)
    turn.say(ContactAnswered(at=turn.at, contact=session.contact))
    play(desk, session, CALLED_BACK, turn)


def called_out(desk: Desk, reached: CallOutReached, turn: Turn) -> None:
    """Whom an agent called has answered, and talks with him: he is here for what comes afterwards."""
    desk.open(
        Session(
            contact=reached.contact,
            account_id=reached.account_id,
            leg=reached.leg,
            did="",
            pii_number=reached.pii_number,
            flow="",
            flow_version="",
            language=reached.language,
            phase=Phase.TALKING,
            outbound=True,
            queue=reached.queue,
            agent=reached.agent,
            customer_id=reached.customer_id,
            level="number" if reached.customer_id else "none",
            value_class=reached.value_class,
        )
    )
    turn.say(ContactAnswered(at=turn.at, contact=reached.contact))


def abandoned(desk: Desk, message: LeadAbandoned, turn: Turn) -> None:
    """No agent came in time: say who called, and how not to be called again."""
    session = desk.sessions.get(message.contact)
    if session is None or session.phase not in (Phase.WAITING, Phase.TALKING):
        return
    document = desk.tables.flows.get(message.flow)
    session.queue, session.place = None, None
    if document is None:
        say_goodbye(desk, session, questions.GOODBYE, turn)
        return
    session.phase, session.flow, session.flow_version = Phase.FLOW, message.flow, document.version
    turn.say(
        FlowEntered(at=turn.at, contact=session.contact, flow=message.flow, flow_version=document.version)
    )
    light_fuse(desk, session, turn)
    walk.begin(desk, session, turn, emergency=False)
