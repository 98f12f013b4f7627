"""Reminders reach their owner once."""

import asyncio
from typing import Any

from agent_console.reminders import claim, remind
from crm_core import activities


def plan(office: Any, subject: str, remind_at: float) -> None:
    office.store.write(
        activities.add_activity,
        1,
        kind="call",
        subject=subject,
        owner="agent",
        due_at=remind_at + 60,
        remind_at=remind_at,
        customer_id=1,
        by="agent",
        now=0.0,
    )


def test_what_is_due_is_claimed_once(office: Any) -> None:
    plan(office, "Llamar", 900.0)
    plan(office, "Más tarde", 2000.0)
    assert claim(office.store, 899.0) == []
    assert [(one.subject, one.customer) for one in claim(office.store, 900.0)] == [("Llamar", "Rosa")]
    assert claim(office.store, 900.0) == []


def test_a_reminder_is_pushed_to_its_owner(office: Any) -> None:
    plan(office, "Llamar", 900.0)
    pushed: list[tuple[str, Any]] = []

    async def run() -> None:
        heard = asyncio.Event()

        async def push(login: str, activity: Any) -> None:
            pushed.append((login, activity))
            heard.set()

        reminding = asyncio.create_task(remind(office.store, lambda: office.now, push))
        await asyncio.wait_for(heard.wait(), 10)
        reminding.cancel()

    asyncio.run(run())
    [(login, activity)] = pushed
    assert (login, activity["subject"], activity["due_at"]) == ("agent", "Llamar", 960.0)
