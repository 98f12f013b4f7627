"""Who changed what, and what each role may: for people who have to answer for it."""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.roles import ROLES, Permission
from crm_core import audit
from crm_core.audit import AuditRow

_MOST = 500


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
    """`by`, `subject`: those of one person or thing only; `before_id`: older ones, for the next page."""

    limit: int = 100
    by: str = ""
    subject: str = ""
    before_id: int | None = None


class RoleRights(msgspec.Struct, kw_only=True):
    """What a role may. Roles are part of the program and are changed with it."""

    role: str
    permissions: list[str]


def add_to(operations: Operations) -> None:
    """This family's rows."""

    @operations.add("GET", "/audit", Permission.READ_AUDIT, "Who changed what, newest first")
    def audit_rows(call: Call, query: Which) -> list[Change]:
        return call.services.store.read(
            lambda session: [
                _change(row)
                for row in audit.newest(
                    session,
                    call.principal.account_id,
                    min(max(query.limit, 1), _MOST),
                    by=query.by,
                    subject=query.subject,
                    before_id=query.before_id,
                )
            ]
        )

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
