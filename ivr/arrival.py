"""A call comes in: answered, greeted, and looked up in the customer store while he hears the greeting."""

from ctiserver.core.commands import Answer, LookUp
from ctiserver.core.customers import reaches
from ctiserver.core.events import CallerIdentified, ContactArrived, ContactMissed
from ctiserver.core.ids import ContactId, LookUpId
from ctiserver.core.inputs import CallArrived, CallMissed, LookedUp, LookUpFailed
from ctiserver.core.turn import Turn
from ivr import walk
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import leave_to_fallback, light_fuse

CUSTOMER_BY_NUMBER = "customer_by_number"


def arrive(desk: Desk, message: CallArrived, turn: Turn) -> None:
    """Answer him and open his session; who dialled what leads nowhere is left to the dialplan's fallback."""
    if message.leg in desk.legs:
        return
    number = desk.number(message.did)
    if number is None or number.flow not in desk.tables.flows:
        leave_to_fallback(message.leg, turn)
        return
    flow = desk.tables.flows[number.flow]
    session = Session(
        contact=ContactId(turn.name),
        account_id=number.account_id,
        leg=message.leg,
        did=message.did,
        pii_number=message.pii_number,
        flow=number.flow,
        flow_version=flow.version,
        language=number.language,
        time_zone=number.time_zone,
    )
    desk.open(session)
    turn.say(
        arrived(session, turn.at),
        Answer(leg=session.leg),
    )
    light_fuse(desk, session, turn)
    if session.pii_number:
        _ask_who(desk, session, turn)


def arrived(session: Session, at: float, dial_id: int | None = None) -> ContactArrived:
    """That the contact is there, as the session knows it; `dial_id`: it is we who called."""
    return ContactArrived(
        at=at,
        contact=session.contact,
        account_id=session.account_id,
        leg=session.leg,
        did=session.did,
        pii_number=session.pii_number,
        language=session.language,
        flow=session.flow,
        flow_version=session.flow_version,
        dial_id=dial_id,
    )


def _ask_who(desk: Desk, session: Session, turn: Turn) -> None:
    session.look_up = LookUpId(turn.new_id())
    desk.look_ups[session.look_up] = session.contact
    turn.say(
        LookUp(
            look_up=session.look_up,
            kind=CUSTOMER_BY_NUMBER,
            key=session.pii_number,
            account_id=session.account_id,
            deadline_seconds=desk.tables.timing.look_up_deadline_seconds,
        )
    )


def looked_up(desk: Desk, message: LookedUp | LookUpFailed, turn: Turn) -> None:
    """The store told who has his number, or could not; what he said himself weighs more."""
    session = desk.sessions.get(desk.look_ups.get(message.look_up, ContactId("")))
    if session is None:
        return
    if isinstance(message, LookUpFailed):
        if message.reason == "error":
            desk.look_ups.pop(message.look_up, None)
        return
    desk.look_ups.pop(message.look_up, None)
    session.look_up = None
    if reaches(session.level, "identified"):
        return  # he has said himself who he is
    session.candidates = message.candidates
    unknown = desk.tables.unknown_class
    classes = [candidate.value_class or unknown for candidate in message.candidates]
    session.value_class = classes[0] if classes else unknown
    only = message.candidates[0] if len(message.candidates) == 1 else None
    session.customer_id = only.customer_id if only else None
    session.level = "number" if only else "none"
    session.matters = message.matters if only else ()
    session.of_his_area = message.announcements if only else ()
    turn.say(
        CallerIdentified(
            at=turn.at,
            contact=session.contact,
            how="number",
            candidates=message.candidates,
            value_class=session.value_class,
            late=session.phase not in (Phase.ARRIVING, Phase.FLOW),
            level=session.level,
        )
    )
    if only and only.language:
        walk.language_found(desk, session, only.language, turn)


def missed(desk: Desk, message: CallMissed, turn: Turn) -> None:
    """The dialplan's fallback took a call while nobody was here."""
    number = desk.number(message.did)
    turn.say(
        ContactMissed(
            at=turn.at,
            contact=ContactId(turn.name),
            account_id=number.account_id if number else 1,
            leg=message.leg,
            did=message.did,
            pii_number=message.pii_number,
            arrived_at=message.arrived_at,
            ended_at=message.ended_at,
            answered=message.answered,
            emergency=message.emergency,
        )
    )
