"""No contact leaves without permission, whatever happened before: any order of consents, lists, clocks and channels.

What is allowed is computed here a second time, by hand, from what was done.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_core.contact_points import Email
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.permission import consents, do_not_call, legal_profiles, permit, use
from crm_core.phone_numbers import E164
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Permit, Purpose

SANTIAGO = ZoneInfo("America/Santiago")
BEGIN = datetime(2026, 9, 4, 9, tzinfo=SANTIAGO).timestamp()  # a Friday; on Sunday summer time begins
DAY_CAP = 1
ROWS: list[dict[str, Any]] = [
    {
        "key": "house-test",
        "country": "*",
        "purposes": ["sales"],
        "channels": ["phone", "email"],
        "hours": {"mon-sat": "09:00-18:00"},
        "caps": [{"at_most": DAY_CAP, "window": "day", "counts": "all"}],
        "source": "this test",
        "checked_on": "2026-01-01",
        "valid_from": "2020-01-01",
    }
]


@dataclass
class World:
    """One customer with a number and a mailbox, and what was done, in the order of doing."""

    store: Store
    customer_id: int
    number: str
    now: float = BEGIN
    said: bool = True
    listed: int | None = None
    held: list[Permit] = field(default_factory=list)
    left: list[tuple[float, Permit]] = field(default_factory=list)

    def do(self, step: tuple[str, Any]) -> None:
        what, how = step
        getattr(self, what)(how)

    def wait(self, minutes: int) -> None:
        self.now += 60.0 * minutes

    def say(self, given: bool) -> None:
        self.store.write(
            consents.note,
            1,
            self.customer_id,
            channel="any",
            purpose="sales",
            given=given,
            source="call",
            wording="May we?",
            by="ann",
            now=self.now,
        )
        self.said = given

    def list(self, on: bool) -> None:
        if on:
            self.listed = self.store.write(
                do_not_call.add, 1, self.number, source="call", by="ann", now=self.now
            ).id
        elif self.listed is not None:
            self.store.write(do_not_call.end, 1, self.listed, by="ann", now=self.now)
            self.listed = None

    def ask(self, channel: Channel) -> None:
        address = self.number if channel is Channel.PHONE else f"{self.customer_id}@example.com"
        answer = self.store.write(
            lambda session: permit(
                session,
                1,
                self.customer_id,
                address,
                channel=channel,
                purpose=Purpose.SALES,
                automatic=True,
                now=self.now,
                valid_seconds=7200,
            )
        )
        if isinstance(answer, Permit):
            self.held.append(answer)

    def contact(self, which: int) -> None:
        """Try to leave on any permit that was ever granted."""
        if self.held:
            one = self.held[which % len(self.held)]
            try:
                self.store.write(
                    use, one, one.pii_address, f"leg-{one.permit_id}-{len(self.left)}", now=self.now
                )
            except Refusal:
                return
            self.check(one)
            self.left.append((self.now, one))

    def check(self, one: Permit) -> None:
        clock = datetime.fromtimestamp(self.now, SANTIAGO)
        assert self.said, "a consent that was taken back"
        assert self.listed is None or one.channel is Channel.EMAIL, "a number on the list"
        assert clock.weekday() < 6, "a Sunday"
        assert 9 <= clock.hour < 18, "a closed hour"
        assert self.now < one.expires_at
        today = [at for at, _ in self.left if datetime.fromtimestamp(at, SANTIAGO).date() == clock.date()]
        assert len(today) < DAY_CAP, "the cap, over both channels"
        assert one.permit_id not in {other.permit_id for _, other in self.left}, "used twice"


_MEANWHILE = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 61, 119, 600, 1440])),
    st.tuples(st.just("say"), st.booleans()),
    st.tuples(st.just("list"), st.booleans()),
)
_ASK = st.tuples(st.just("ask"), st.sampled_from([Channel.PHONE, Channel.EMAIL]))
_CONTACT = st.tuples(st.just("contact"), st.integers(0, 3))
_ROUND = st.tuples(
    st.lists(_MEANWHILE, max_size=2),
    st.lists(_ASK, min_size=1, max_size=2),
    st.lists(_MEANWHILE, max_size=2),
    st.lists(_CONTACT, min_size=1, max_size=2),
).map(lambda parts: [step for part in parts for step in part])
STEPS = st.lists(_ROUND, min_size=1, max_size=4).map(lambda rounds: [step for one in rounds for step in one])
"""Something happens, permits are asked for, something happens again, and somebody leaves on any of them."""


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        for row in ROWS:
            opened.write(legal_profiles.change, 1, row, expected_version=0, by="boss", now=1.0)
        for key, version in (("house-test", 1), ("cl-sales", 0), ("house-hours", 0), ("house-caps", 0)):
            opened.write(
                legal_profiles.confirm, 1, key, expected_version=version, by="boss", name="Boss", now=1.0
            )
        yield opened


def test_no_contact_leaves_without_permission(store: Store) -> None:
    count = iter(range(10_000))
    left = []

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def whatever_happens(steps: list[tuple[str, Any]]) -> None:
        number = E164(f"+5697188{next(count):04d}")

        def meet(session: Any) -> int:
            who = add_customer(session, 1, name="Ana", phones=[number], now=1.0).id
            session.add(Email(account_id=1, customer_id=who, address=f"{who}@example.com"))
            return who

        world = World(store, store.write(meet), number)
        for step in steps:
            world.do(step)
        left.extend(world.left)

    whatever_happens()
    assert left, "nothing was contacted: the property said nothing"
