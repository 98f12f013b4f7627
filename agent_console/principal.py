"""Who is asking."""

from dataclasses import dataclass

from agent_console.roles import OF_THE_INSTALLATION, Permission, permissions_of
from crm_core.base import DEFAULT_ACCOUNT_ID
from ctiserver.core.errors import CtiError


class NotLoggedIn(CtiError):
    """Nobody is known behind the request."""


class Forbidden(CtiError):
    """Somebody is, and may not do this."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"this needs the permission {permission}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A user or program of one account. `session` is None for a program's token."""

    user_id: int
    login: str
    name: str
    account_id: int
    language: str
    roles: frozenset[str]
    agent: str | None = None
    session: str | None = None
    csrf: str = ""

    @property
    def permissions(self) -> frozenset[Permission]:
        """All that his roles allow; what concerns the whole installation only to people of its first account."""
        allowed = permissions_of(self.roles)
        return allowed if self.account_id == DEFAULT_ACCOUNT_ID else allowed - OF_THE_INSTALLATION

    def may(self, permission: Permission) -> bool:
        """Whether his roles allow it."""
        return permission in self.permissions

    def need(self, permission: Permission) -> None:
        """Raises Forbidden."""
        if not self.may(permission):
            raise Forbidden(permission)
