"""Nodes that hand the caller over: to a queue, to another flow, to a survey."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from ctiserver.core.events import ContactQueued, FlowEntered
from ctiserver.core.hours import is_open
from ctiserver.core.ids import QueueKey
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr import invitation, questions
from ivr.caller import Caller
from ivr.nodes.base import Known, NodeBase
from ivr.session_state import Phase
from ivr.speak import nowhere_to_go


class Enqueue(NodeBase, tag="queue"):
    """Hands the caller to the ACD; the prompts are heard while he already has his place.

    `closed`: the node for callers who come outside of the queue's hours; without it they are queued at any hour.
    """

    queue: QueueKey
    prompts: tuple[str, ...] = ()
    closed: str | None = None

    is_end: ClassVar[bool] = True

    def exits(self) -> tuple[str, ...]:
        return (self.closed,) if self.closed is not None else ()

    def ways(self) -> Mapping[str, str]:
        return {self.closed: "closed"} if self.closed is not None else {}

    def says(self) -> tuple[str, ...]:
        return self.prompts

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if self.queue not in known.queues:
            yield wrong(("queue",), "no_queue", queue=self.queue)

    def enter(self, caller: Caller) -> str | None:
        caller.hush()
        session = caller.session
        if not caller.desk.has_queue(self.queue):
            nowhere_to_go(session, "no_queue", caller.turn)
            return None
        if self.closed and not self._is_open(caller):
            return self.closed
        if invitation.asks(caller.desk, session, self.queue, caller.turn):
            return None
        session.phase, session.queue, session.place = Phase.WAITING, self.queue, None
        caller.tell(
            ContactQueued(
                at=caller.turn.at,
                contact=session.contact,
                account_id=session.account_id,
                leg=session.leg,
                queue=self.queue,
                value_class=session.value_class or caller.desk.tables.unknown_class,
                language=session.language,
                pii_number=session.pii_number,
                pii_name=session.candidates[0].pii_name if session.candidates else "",
            )
        )
        return None

    def _is_open(self, caller: Caller) -> bool:
        """An emergency queue never closes, whatever hours it was given."""
        queue = next(queue for queue in caller.desk.tables.queues if queue.key == self.queue)
        return queue.emergency or is_open(queue.hours, caller.turn.at)

    def has_place(self, caller: Caller) -> None:
        """He has his place, and hears music: now he can be told something without being kept from it.

        Asterisk moves nobody into a conversation while a prompt plays to him alone; it would wait for its end.
        """
        caller.hear_if_any(self.prompts)


class Transfer(NodeBase, tag="transfer"):
    """Goes on in another flow, in the version that is in force now; what is known of the caller goes with him."""

    flow: str

    is_end: ClassVar[bool] = True

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if known.flows is not None and self.flow not in known.flows:
            yield wrong(("flow",), "no_flow", flow=self.flow)

    def enter(self, caller: Caller) -> str | None:
        session, document = caller.session, caller.desk.tables.flows.get(self.flow)
        if document is None:
            caller.hush()
            nowhere_to_go(session, "no_flow", caller.turn)
            return None
        session.flow, session.flow_version = self.flow, document.version
        caller.tell(
            FlowEntered(
                at=caller.turn.at,
                contact=session.contact,
                flow=self.flow,
                flow_version=document.version,
            )
        )
        return str(document.content["start"])


class AskSurvey(NodeBase, tag="survey"):
    """Asks whether he takes part in a survey, and its questions; the call ends with it."""

    survey: str

    is_end: ClassVar[bool] = True

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if known.surveys is not None and self.survey not in known.surveys:
            yield wrong(("survey",), "no_survey", survey=self.survey)

    def enter(self, caller: Caller) -> str | None:
        questions.ask(caller.desk, caller.session, self.survey, caller.turn)
        return None
