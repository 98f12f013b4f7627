"""Calls as the reader writes them down, event by event, for reports to read."""

from collections.abc import Sequence
from typing import Any

from crm_core.db import Store
from crm_core.interaction_writer import READER, apply_batch
from crm_core.reader_positions import EventId, position
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.ids import ContactId, LegId, QueueKey
from ctiserver.core.message import Event

Told = tuple[str, str]


class Calls:
    """Writes down calls as the reader does, one event after the other."""

    def __init__(self, store: Store) -> None:
        self.store, self.seq = store, 0
        self.customers: dict[str, int] = {}
        """Whose number it is."""
        self._epoch = store.read(position, READER).epoch + 1

    def call(
        self,
        contact: str,
        at: float,
        number: str,
        path: Sequence[Told],
        *,
        told: dict[str, str] | None = None,
        queue: str | None = None,
        by: Any = "caller",
        verdicts: Sequence[Any] = (),
        guessed: dict[str, Any] | None = None,
        taken_at: float | None = None,
        **arrival: Any,
    ) -> None:
        """Nodes are (name, kind), ten seconds each; to a queue, if one is named. At the last one he says something;
        at the first one it is `guessed` what he calls about. A transfer leads to the flow of its name."""
        key: dict[str, Any] = {"contact": ContactId(contact)}
        arrival = {"account_id": 1, "flow": "main"} | arrival
        events: list[Event] = [
            e.ContactArrived(
                at=at,
                leg=LegId("l"),
                did="6",
                pii_number=number,
                language="es",
                flow_version="1",
                **key,
                **arrival,
            ),
            e.ContactAnswered(at=at, **key),
        ]
        if number in self.customers:
            who = (Candidate(customer_id=self.customers[number], pii_name="", value_class="A"),)
            events.append(e.CallerIdentified(at=at, how="number", candidates=who, value_class="A", **key))
        for place, (node, kind) in enumerate(path):
            label = {"es": node.title()}
            events.append(e.NodeEntered(at=at + 10 * place, node=node, kind=kind, label=label, **key))
            if kind == "transfer":
                events.append(e.FlowEntered(at=at + 10 * place, flow=node, flow_version="1", **key))
            if place == 0 and guessed:
                events.append(e.ReasonGuessed(at=at, **guessed, **key))
            if place == 0 and taken_at is not None:
                events.append(e.GuessTaken(at=taken_at, **key))
        for verdict in verdicts:
            said: dict[str, Any] = {"node": path[-1][0], "pii_text": "said aloud", "confidence": 0.5}
            events.append(e.SpeechJudged(at=at + 10 * len(path) - 1, verdict=verdict, **said, **key))
        for name, value in (told or {}).items():
            events.append(e.ValueCollected(at=at + 5, key=name, value=value, **key))
        end = at + 10 * len(path)
        if queue:
            fields: dict[str, Any] = {"leg": LegId("l"), "value_class": "A", "language": "es"}
            events.append(
                e.ContactQueued(
                    at=end,
                    account_id=arrival["account_id"],
                    queue=QueueKey(queue),
                    pii_number=number,
                    **fields,
                    **key,
                )
            )
            end += 60
        events.append(e.ContactEnded(at=end, where="queue" if queue else "ivr", by=by, q850=16, **key))
        batch = []
        for event in events:
            self.seq += 1
            batch.append((EventId(self._epoch, self.seq, 0), event))
        self.store.write(apply_batch, batch)
