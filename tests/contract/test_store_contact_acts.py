"""What people did with a live contact besides talking, and how long talks usually are, on both databases."""

from typing import Any

from sqlalchemy.orm import Session

from crm_core import interaction_writer, talk_lengths
from crm_core.accounts import Account
from crm_core.db import Store
from crm_core.interactions import Interaction, Segment
from crm_core.reader_positions import EventId
from ctiserver.core import events as e

KEY: dict[str, Any] = {"contact": "c-1"}
DAY = 86_400.0


def test_acts_stand_in_the_record_in_the_order_of_time(store: Store) -> None:
    arrived: dict[str, Any] = {"account_id": 1, "leg": "l", "did": "6", "pii_number": "+56971884213"}
    happened: list[Any] = [
        e.ContactArrived(at=1.0, language="es", flow="main", flow_version="1", **arrived, **KEY),
        e.PriorityChanged(at=2.0, value_class="B", virtual_arrival=0.0, **KEY),
        e.ContactMoved(at=3.0, by="pia", queue="sales", from_queue="service", **KEY),  # type: ignore[arg-type]
        e.PriorityChanged(at=4.0, value_class="A", virtual_arrival=0.0, by="pia", reason="is ill", **KEY),
        e.SupervisionStarted(at=5.0, supervisor="pia", agent="ann", mode="listen", **KEY),  # type: ignore[arg-type]
        e.SupervisorAsked(at=6.0, agent="ann", **KEY),  # type: ignore[arg-type]
        e.SupervisionModeChanged(at=7.0, supervisor="pia", agent="ann", mode="barge", **KEY),  # type: ignore[arg-type]
        e.SupervisionEnded(at=8.0, supervisor="pia", agent="ann", reason="stopped", **KEY),  # type: ignore[arg-type]
        e.AbuseReported(at=9.0, agent="ann", segment=1, **KEY),  # type: ignore[arg-type]
        e.ContactClosed(at=10.0, by="pia", reason="fraud", **KEY),
        e.WrapUpExcused(at=11.0, agent="ann", segment=1, by="pia", **KEY),  # type: ignore[arg-type]
        e.MessageAnswered(at=12.0, agent="ann", call="c-9", **KEY),  # type: ignore[arg-type]
        e.CallOutBegun(at=13.0, agent="ann", queue="service", message="c-8", **KEY),  # type: ignore[arg-type]
    ]
    batch = [(EventId(1, seq, 1), one) for seq, one in enumerate(happened, 1)]
    store.write(interaction_writer.apply_batch, batch)

    def read(session: Session) -> tuple[str | None, list[Any]]:
        row = session.get_one(Interaction, "c-1")
        return row.value_class, row.acts

    value_class, acts = store.read(read)
    assert value_class == "A"
    assert [(it["at"], it["act"], it["by"]) for it in acts] == [
        (3.0, "moved", "pia"),
        (4.0, "preferred", "pia"),
        (5.0, "listen", "pia"),
        (6.0, "asked", "ann"),
        (7.0, "barge", "pia"),
        (8.0, "stopped", "pia"),
        (9.0, "abuse", "ann"),
        (10.0, "closed", "pia"),
        (11.0, "excused", "pia"),
        (12.0, "called_back", "ann"),
        (13.0, "called", "ann"),
    ]
    assert [it["contact"] for it in acts[-2:]] == ["c-9", "c-8"]
    assert (acts[1]["reason"], acts[2]["agent"], acts[0]["from_queue"]) == ("is ill", "ann", "service")


def test_95_of_100_talks_are_no_longer_than_what_is_usual_by_what_they_were_about(store: Store) -> None:
    now = 100 * DAY

    def talked(
        session: Session, place: int, seconds: float, reason: str | None, account_id: int, days_ago: float
    ) -> None:
        at = now - days_ago * DAY
        row = Interaction(
            id=f"t{place}",
            account_id=account_id,
            arrived_at=at,
            contact_reason=reason,
            last_epoch=1,
            last_seq=1,
            last_n=1,
        )
        row.segments.append(
            Segment(ordinal=1, agent="ann", queue="service", answered_at=at, ended_at=at + seconds)
        )
        session.add(row)

    def furnish(session: Session) -> None:
        session.add(Account(id=2, name="Other", country="CL", language="es", time_zone="America/Santiago"))
        session.flush()
        for place in range(1, 101):  # 1 to 100 seconds, every fifth of them about a bill
            talked(session, place, float(place), "bill" if place % 5 == 0 else None, 1, 1.0)
        for place in range(101, 120):
            talked(session, place, 5_000.0, "rare", 1, 40.0)
            talked(session, place + 100, 5_000.0, None, 2, 1.0)
        for place in range(301, 320):  # messages that somebody had in hand are no talks
            talked(session, place, 1_800.0, None, 1, 1.0)
            session.flush()
            session.get_one(Interaction, f"t{place}").channel = "voicemail"

    store.write(furnish)
    usual = store.read(talk_lengths.usual_lengths, 1, now)
    assert {key: (it.p95_seconds, it.n) for key, it in usual.items()} == {"": (95.0, 100), "bill": (95.0, 20)}
    assert store.read(talk_lengths.usual_lengths, 2, now) == {}
