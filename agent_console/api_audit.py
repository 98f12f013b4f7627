"""Who changed what, and what each role may: for people who have to answer for it."""

from typing import Any

import msgspec

from agent_console.listing import Listing, number_of
from agent_console.operations import Call, Operations
from agent_console.roles import ROLES, Permission
from crm_core import audit
from crm_core.audit import AuditRow
from crm_core.paging import PAGE_AT_MOST


class Change(msgspec.Struct, kw_only=True):
    """One change. `before` and `after`: the fields that differ."""

    id: int
    at: float
    by: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


class Which(msgspec.Struct, kw_only=True):
    """`by`, `subject`: those of one person or thing only."""

    by: str = ""
    subject: str = ""
    cursor: str | None = None
    limit: int = 100


class RoleRights(msgspec.Struct, kw_only=True):
    """What a role may. Roles are part of the program and are changed with it."""

    role: str
    permissions: list[str]


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/audit", Permission.READ_AUDIT, "Who changed what, newest first")
    def audit_rows(call: Call, query: Which) -> Listing[Change]:
        limit = min(max(query.limit, 1), PAGE_AT_MOST)
        before_id = None if query.cursor is None else number_of(query.cursor)
        rows = call.services.store.read(
            audit.newest,
            call.principal.account_id,
            limit + 1,
            by=query.by,
            subject=query.subject,
            before_id=before_id,
        )
        shown = [_change(row) for row in rows[:limit]]
        return Listing(items=shown, next=str(shown[-1].id) if len(rows) > limit else None)

    @operations.add("GET", "/roles", Permission.READ_CONFIGURATION, "What each role may")
    def roles(_call: Call) -> list[RoleRights]:
        return [RoleRights(role=role, permissions=sorted(rights)) for role, rights in ROLES.items()]


def _change(row: AuditRow) -> Change:
    return Change(
        id=row.id,
        at=row.at,
        by=row.by,
        action=row.action,
        subject=row.subject,
        before=row.before,
        after=row.after,
    )
