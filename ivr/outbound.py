"""A customer whom we called and who answered: he hears the flow, or is asked the survey, that his dial names.

From there on he is a contact like any other: keys, a person on 0, a queue. Should the flow or survey be gone
meanwhile, nobody keeps him on a silent line.
"""

from ctiserver.core.commands import DropLeg
from ctiserver.core.events import CallerIdentified, ContactAnswered, LeadReached
from ctiserver.core.turn import Turn
from ivr import questions, walk
from ivr.arrival import arrived
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import light_fuse


def begin(desk: Desk, reached: LeadReached, turn: Turn) -> None:
    """Open his session and say the first words."""
    flow, survey = desk.tables.flows.get(reached.flow), desk.tables.surveys.get(reached.survey)
    if flow is None and survey is None:
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
