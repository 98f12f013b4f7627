"""Campaigns as those who run them see them: what is offered, by whom, when and how it dials.

What may be changed depends on how far the campaign is. While it runs, what its leads and its abandon limit rest upon
stays; paused, what it is for still does, since customers were chosen and permitted for that; one that was stopped is
a record.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.campaigns.campaign import Campaign
from crm_core.opening_hours import hours_of_account
from crm_core.products import catalogue
from crm_core.queues import Queue, queues_of_account
from ctiserver.core.errors import Mistake, Refusal
from ctiserver.core.permit import Purpose

MODES = ("manual", "preview", "progressive", "predictive")
PURPOSES = tuple(one.value for one in Purpose if one is not Purpose.EMERGENCY)
_NUMBER = re.compile(r"|\+[0-9]{6,15}")
_LONGEST_KEY = 36
RESERVED_KEY = "new"
"""It stands in the address of the page that makes one."""


class CampaignForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One campaign. `key` "": made of the name.

    `purpose`: what for, as the law tells it; `product`: the key of what is offered, whose owners are left out;
    `hours`: the key of opening hours, None: whenever the law lets it; times are epoch seconds. `pause_seconds`: the
    first pause before another attempt, by result. `preview_seconds` None: only a click dials.
    """

    key: str = ""
    name: str
    purpose: str
    product: str | None = None
    mode: str = "preview"
    queue: str
    script: str | None = None
    hours: str | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    weight: float = 1.0
    caller_number: str = ""
    lines_at_once: int | None = None
    lines_per_second: int | None = None
    ring_seconds: float = 25.0
    attempts_at_most: int = 3
    pause_seconds: dict[str, float] = {}
    abandon_limit: float = 0.03
    window_days: int = 30
    tolerance_seconds: float = 2.0
    message_flow: str = "campaign-message"
    preview_seconds: float | None = None
    detect_machines: bool = False
    machine_flow: str | None = None


_OF_OTHERS = ("queue", "hours")
"""Fields of the form that name rows of other tables."""
_PLAIN = tuple(field for field in CampaignForm.__struct_fields__ if field not in _OF_OTHERS)
_PROMISED = ("purpose", "product")
_COUNTED_ON = ("mode", "queue", "message_flow", "abandon_limit", "window_days", "tolerance_seconds")
FIXED: dict[str, tuple[str, ...]] = {
    "draft": (),
    "running": (*_PROMISED, *_COUNTED_ON),
    "paused": _PROMISED,
    "finished": _PROMISED,
}
"""What stays as it is, by state; a stopped campaign stays as a whole."""


class Campaigns(Thing[Campaign, CampaignForm]):
    """Named by their keys; `author` makes the new ones."""

    name = "campaign"

    def __init__(self, author: Author) -> None:
        self._author = author

    def rows(self, session: Session, account_id: int) -> Sequence[Campaign]:
        query = select(Campaign).where(Campaign.account_id == account_id)
        return session.scalars(query.order_by(Campaign.made_at.desc(), Campaign.id.desc())).all()

    def id(self, row: Campaign) -> str:
        return row.key

    def read(self, session: Session, row: Campaign) -> CampaignForm:
        return CampaignForm(
            queue=row.queue.key,
            hours=row.hours.key if row.hours else None,
            **{field: getattr(row, field) for field in _PLAIN},
        )

    def mistakes(
        self, session: Session, author: Author, row: Campaign | None, form: CampaignForm
    ) -> list[Mistake]:
        if row is not None and row.state == "stopped":
            raise Refusal("campaign_over", "this campaign was stopped: make a new one")
        account = author.account_id
        before = self.read(session, row) if row else None
        found = [
            *checks.filled(name=form.name),
            *checks.known("purpose", form.purpose, PURPOSES),
            *checks.known("product", form.product, [one.key for one in catalogue(session, account)]),
            *checks.known("mode", form.mode, MODES),
            *checks.known("queue", form.queue, _queues(session, account)),
            *checks.known("hours", form.hours, [one.key for one in hours_of_account(session, account)]),
            *_numbers(form),
            *(_fixed(row.state, before, form) if row and before else ()),
        ]
        if form.key:
            taken = [one.key for one in self.rows(session, account)] + [RESERVED_KEY]
            found += checks.key("key", form.key, row.key if row else None, taken)
        if not _NUMBER.fullmatch(form.caller_number):
            found.append(Mistake("caller_number", "write it as +56221234567", "wrong_number"))
        return found

    def make(self, session: Session, account_id: int, form: CampaignForm) -> Campaign:
        taken = {one.key for one in self.rows(session, account_id)} | {RESERVED_KEY}
        row = Campaign(account_id=account_id, key=form.key or _key_of(form.name, taken), state="draft")
        row.made_at = row.state_at = self._author.at
        row.made_by = row.state_by = self._author.login
        self.change(session, row, form)
        session.add(row)
        return row

    def change(self, session: Session, row: Campaign, form: CampaignForm) -> None:
        for field in _PLAIN:
            if field != "key":
                setattr(row, field, getattr(form, field))
        row.queue = _queues(session, row.account_id)[form.queue]
        hours = {one.key: one for one in hours_of_account(session, row.account_id)}
        row.hours = hours[form.hours] if form.hours else None

    def remove(self, session: Session, author: Author, row: Campaign) -> bool:
        raise Refusal("campaign_stays", "records name this campaign: stop it instead")


def _queues(session: Session, account_id: int) -> dict[str, Queue]:
    return {one.key: one for one in queues_of_account(session, account_id) if not one.emergency}


def _fixed(state: str, before: CampaignForm, form: CampaignForm) -> Iterable[Mistake]:
    for field in FIXED[state]:
        if getattr(before, field) != getattr(form, field):
            yield Mistake(field, f"stays as it is while the campaign is {state}", f"fixed_{state}")


def _numbers(form: CampaignForm) -> Iterable[Mistake]:
    yield from _within("ring_seconds", form.ring_seconds, 5, 120)
    yield from _within("attempts_at_most", form.attempts_at_most, 1, 20)
    yield from _within("weight", form.weight, 0.01, 1000)
    yield from _within("abandon_limit", form.abandon_limit, 0, 0.2)
    yield from _within("window_days", form.window_days, 1, 365)
    yield from _within("tolerance_seconds", form.tolerance_seconds, 0.5, 30)
    yield from _within("lines_at_once", form.lines_at_once, 1, 5000)
    yield from _within("lines_per_second", form.lines_per_second, 1, 1000)
    yield from _within("preview_seconds", form.preview_seconds, 5, 600)
    for result, seconds in form.pause_seconds.items():
        yield from _within("pause_seconds", seconds, 60, 30 * 86_400, result)
    if form.starts_at is not None and form.ends_at is not None and form.ends_at <= form.starts_at:
        yield Mistake("ends_at", "let it end after it starts", "wrong_end")


def _within(field: str, value: float | None, least: float, most: float, of: str = "") -> Iterable[Mistake]:
    if value is not None and not least <= value <= most:
        where = f" for {of}" if of else ""
        fields = (("least", f"{least:g}"), ("most", f"{most:g}"))
        yield Mistake(field, f"give a number from {least:g} to {most:g}{where}", "out_of_range", fields)


def _key_of(name: str, taken: Iterable[str]) -> str:
    """Made of the name's letters and digits, and a number if there is one like it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    root = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KEY].strip("-") or "campaign"
    known, key, ordinal = set(taken), root, 1
    while key in known:
        ordinal += 1
        key = f"{root}-{ordinal}"
    return key
