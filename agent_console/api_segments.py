"""Segments: conditions counted live, saved, their members, their export."""

from dataclasses import asdict
from typing import Any

import msgspec
from flask import Response

from agent_console.listing import Listing, PageQuery, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core.customer_segments import segment_figures, segments
from crm_core.customer_segments.conditions import OPERATORS
from crm_core.customer_segments.fields import fields
from crm_core.value import settings as value_settings

READ, MANAGE = Permission.READ_VALUE, Permission.MANAGE_VALUE


class SegmentField(msgspec.Struct, kw_only=True):
    """What conditions may ask. `choices` []: any value of its kind. `label` None: the console's own word."""

    name: str
    kind: str
    operators: list[str]
    choices: list[str]
    label: str | None


class SegmentConditions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A tree: {"all": [...]}, {"any": [...]}, {"not": ...} or {"field", "operator", "value"}; {} is everybody."""

    conditions: dict[str, Any]


class SegmentCount(msgspec.Struct, kw_only=True):
    """How many customers there are right now."""

    customers: int


class NewSegment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A name and its conditions."""

    name: str
    conditions: dict[str, Any]


class SavedSegment(msgspec.Struct, kw_only=True):
    """`customers`: right now."""

    segment_id: int
    name: str
    conditions: dict[str, Any]
    made_by: str
    updated_at: float
    version: int
    customers: int


class FiguresOfSegment(msgspec.Struct, kw_only=True):
    """Value and cost to serve of who is in a segment now; money in the smallest unit of `currency`."""

    segment_id: int
    name: str
    customers: int
    value_minor: int
    cost_last_year_minor: int
    potential_minor: int
    currency: str


class MembersQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`cursor` as the page before gave it."""

    cursor: str | None = None
    limit: int = 50


class SegmentMember(msgspec.Struct, kw_only=True):
    """One customer."""

    customer_id: int
    name: str
    kind: str
    value_class: str | None


class MembersPage(msgspec.Struct, kw_only=True):
    """`next` None: there are no more."""

    members: list[SegmentMember]
    next: str | None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _conditions(operations)
    _saved(operations)
    _figures(operations)
    _members(operations)


def _conditions(operations: Operations) -> None:
    @operations.add("GET", "/segments/fields", READ, "What a segment can ask of customers")
    def segment_fields(call: Call) -> list[SegmentField]:
        who, now = call.principal, call.services.now()
        known = call.services.store.read(lambda s: fields(s, who.account_id, now=now))
        return [
            SegmentField(
                name=name,
                kind=field.kind,
                operators=list(OPERATORS[field.kind]),
                choices=list(field.choices),
                label=field.labels.get(who.language),
            )
            for name, field in known.items()
        ]

    @operations.add("POST", "/segments/count", READ, "How many customers fulfil conditions")
    def count_segment(call: Call, body: SegmentConditions) -> SegmentCount:
        account, now = call.principal.account_id, call.services.now()
        return SegmentCount(
            customers=call.services.store.read(segments.count, account, body.conditions, now=now)
        )


def _saved(operations: Operations) -> None:
    @operations.add("GET", "/segments", READ, "The segments of my account, counted")
    def saved_segments(call: Call, query: PageQuery) -> Listing[SavedSegment]:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> Listing[SavedSegment]:
            every = segments.segments(session, account)
            page = page_of(every, lambda row: row.id, query.cursor, query.limit)
            return Listing(items=[_saved_segment(session, row, now) for row in page.items], next=page.next)

        return call.services.store.read(read)

    @operations.add("GET", "/segments/{segment_id}", READ, "One segment, counted")
    def saved_segment(call: Call, segment_id: str) -> SavedSegment:
        account, now = call.principal.account_id, call.services.now()
        return call.services.store.read(
            lambda s: _saved_segment(s, segments.segment(s, account, number_of(segment_id)), now)
        )

    @operations.add("POST", "/segments", MANAGE, "Save a segment")
    def add_segment(call: Call, body: NewSegment) -> SavedSegment:
        return _save(call, body)

    @operations.add("PUT", "/segments/{segment_id}", MANAGE, "Change a segment")
    def change_segment(call: Call, segment_id: str, body: NewSegment) -> SavedSegment:
        return _save(call, body, segment_id=number_of(segment_id), expected_version=expected_version())

    @operations.add("DELETE", "/segments/{segment_id}", MANAGE, "Remove a segment")
    def remove_segment(call: Call, segment_id: str) -> dict[str, Any]:
        who, now = call.principal, call.services.now()
        call.services.store.write(
            segments.remove, who.account_id, number_of(segment_id), by=who.login, now=now
        )
        return {}


def _figures(operations: Operations) -> None:
    @operations.add("GET", "/value/segments", READ, "Value and cost to serve by saved segment")
    def value_of_segments(call: Call, query: PageQuery) -> Listing[FiguresOfSegment]:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> Listing[FiguresOfSegment]:
            every = segments.segments(session, account)
            page = page_of(every, lambda row: row.id, query.cursor, query.limit)
            currency = value_settings.settings(session, account).currency
            rows = segment_figures.figures(session, account, page.items, now=now)
            items = [FiguresOfSegment(currency=currency, **asdict(row)) for row in rows]
            return Listing(items=items, next=page.next)

        return call.services.store.read(read)


def _members(operations: Operations) -> None:
    @operations.add("GET", "/segments/{segment_id}/members", READ, "Who is in a segment")
    def segment_members(call: Call, segment_id: str, query: MembersQuery) -> MembersPage:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> MembersPage:
            tree = segments.segment(session, account, number_of(segment_id)).conditions
            page = segments.members(session, account, tree, cursor=query.cursor, limit=query.limit, now=now)
            return MembersPage(members=[_member(row) for row in page.rows], next=page.next)

        return call.services.store.read(read)

    @operations.add("GET", "/segments/{segment_id}/export", READ, "A segment as CSV")
    def export_segment(call: Call, segment_id: str) -> Any:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> str:
            tree = segments.segment(session, account, number_of(segment_id)).conditions
            return "".join(segments.export(session, account, tree, now=now))

        # The mark at the beginning tells spreadsheets that it is UTF-8.
        answer = Response("\ufeff" + call.services.store.read(read), content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f"attachment; filename=segment-{number_of(segment_id)}.csv"
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _save(call: Call, body: NewSegment, **of: Any) -> SavedSegment:
    who, now = call.principal, call.services.now()
    return call.services.store.write(
        lambda s: _saved_segment(
            s,
            segments.save(
                s, who.account_id, name=body.name, tree=body.conditions, by=who.login, now=now, **of
            ),
            now,
        )
    )


def _saved_segment(session: Any, row: segments.CustomerSegment, now: float) -> SavedSegment:
    return SavedSegment(
        segment_id=row.id,
        name=row.name,
        conditions=row.conditions,
        made_by=row.made_by,
        updated_at=row.updated_at,
        version=row.version,
        customers=segments.count(session, row.account_id, row.conditions, now=now),
    )


def _member(row: Any) -> SegmentMember:
    return SegmentMember(
        customer_id=row.id, name=row.display_name, kind=row.kind, value_class=row.value_class
    )
