"""What people did with a contact besides talking: called, moved, preferred or ended it, asked for help, listened.

Each act is `{"at", "act", "by", ...}` in the contact's record, in the order of time; `by` is an agent or a supervisor.
"""

from typing import Any

from sqlalchemy.orm import Session

from crm_core import permission
from crm_core.interactions import Interaction
from ctiserver.core import events as e


def _note(interaction: Interaction, event: e.ContactEvent, act: str, by: str, **more: Any) -> None:
    told = {"at": event.at, "act": act, "by": by} | {key: value for key, value in more.items() if value}
    interaction.acts = [*interaction.acts, told]


def _moved(event: e.ContactMoved, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "moved", event.by, queue=event.queue, from_queue=event.from_queue)


def _preferred(event: e.PriorityChanged, interaction: Interaction, session: Session) -> None:
    interaction.value_class = event.value_class
    if event.by:
        _note(interaction, event, "preferred", event.by, value_class=event.value_class, reason=event.reason)


def _closed(event: e.ContactClosed, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "closed", event.by, reason=event.reason)


def _abused(event: e.AbuseReported, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "abuse", event.agent, segment=event.segment)


def _asked(event: e.SupervisorAsked, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "asked", event.agent)


def _supervised(event: e.SupervisionStarted, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, event.mode, event.supervisor, agent=event.agent)


def _went_on(event: e.SupervisionModeChanged, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, event.mode, event.supervisor, agent=event.agent)


def _left(event: e.SupervisionEnded, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, event.reason, event.supervisor, agent=event.agent)


def _overflowed(event: e.ContactOverflowed, interaction: Interaction, session: Session) -> None:
    more = {"queue": event.queue, "from_queue": event.from_queue, "limit": event.reason}
    _note(interaction, event, "overflowed", "center", **more)


def _deflected(event: e.ContactDeflected, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "deflected", "center", queue=event.queue, limit=event.reason)


def _excused(event: e.WrapUpExcused, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "excused", event.by, agent=event.agent)


def _called(event: e.CallOutBegun, interaction: Interaction, session: Session) -> None:
    interaction.queue = event.queue
    _note(interaction, event, "called", event.agent, reason=event.purpose, contact=event.message)


def _called_back(event: e.MessageAnswered, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "called_back", event.agent, contact=event.call)


def _not_reached(event: e.CallOutFailed, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "not_reached", event.agent, reason=event.reason)
    if event.permit is not None:  # one that dialled nobody counts against no cap; a used one stays as it is
        permission.release(session, event.permit, now=event.at)


def _not_called_back(event: e.CallbackFailed, interaction: Interaction, session: Session) -> None:
    _note(interaction, event, "not_reached", "center", reason=event.reason)


STEPS = (
    _overflowed,
    _deflected,
    _called,
    _called_back,
    _not_reached,
    _not_called_back,
    _moved,
    _preferred,
    _closed,
    _abused,
    _asked,
    _supervised,
    _went_on,
    _left,
    _excused,
)
"""What each event adds to the record of its contact (`crm_core.interaction_record`)."""
