"""One table of operations: the API's routes, their permissions and its OpenAPI document are all read from it.

    @operations.add("PUT", "/agents/{key}/status", Permission.OWN_DESK, "Be available, pause or log out")
    def set_status(call: Call, key: str, body: NewStatus) -> Accepted: ...

The handler's annotations say what the body, the query and the answer look like; `msgspec` checks them.
"""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from flask import Flask, Response, request

from agent_console.preconditions import mark
from agent_console.principal import Principal
from agent_console.problems import as_problem
from agent_console.roles import Permission
from agent_console.services import Services

PREFIX = "/api/v1"
Handler = Callable[..., Any]
Made = TypeVar("Made")
Add = Callable[[str, str, Permission | None, str], Callable[[Handler], Handler]]
"""What `Operations.add` is to the functions that add the rows of a family."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and what there is to answer with."""

    principal: Principal
    services: Services

    def write(self, change: Callable[..., Made], *what: Any, **more: Any) -> Made:
        """What `change(session, account_id, *what, by=login, now=now)` makes, in one transaction."""
        who, services = self.principal, self.services
        return services.store.write(change, who.account_id, *what, by=who.login, now=services.now(), **more)


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the API."""

    method: str
    path: str
    permission: Permission | None
    summary: str
    handler: Handler
    body: Any
    query: Any
    answer: Any

    @property
    def id(self) -> str:
        """Its name in the OpenAPI document."""
        return self.handler.__name__

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


class Operations:
    """The table, in the order of the document."""

    def __init__(self) -> None:
        self.rows: list[Operation] = []

    def add(
        self, method: str, path: str, permission: Permission | None, summary: str
    ) -> Callable[[Handler], Handler]:
        """Add the decorated handler; `permission` None: whoever is logged in."""

        def keep(handler: Handler) -> Handler:
            hints = typing.get_type_hints(handler)
            self.rows.append(
                Operation(
                    method,
                    path,
                    permission,
                    summary,
                    handler,
                    hints.get("body"),
                    hints.get("query"),
                    hints.get("return"),
                )
            )
            return handler

        return keep

    def mount(self, app: Flask, services: Services, who: Callable[[], Principal]) -> None:
        """Make every row a route of the app; `who` raises NotLoggedIn, or Forbidden for a forged form."""
        for row in self.rows:
            rule = PREFIX + row.path.replace("{", "<").replace("}", ">")
            app.add_url_rule(rule, f"api.{row.id}", _view(row, services, who), methods=[row.method])


def _view(row: Operation, services: Services, who: Callable[[], Principal]) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        try:
            principal = who()
            if row.permission is not None:
                principal.need(row.permission)
            arguments: dict[str, Any] = dict(parameters)
            if row.body is not None:
                arguments["body"] = msgspec.json.decode(request.get_data(), type=row.body)
            if row.query is not None:
                arguments["query"] = msgspec.convert(request.args.to_dict(), row.query, strict=False)
            answer = row.handler(Call(principal, services), **arguments)
        except Exception as error:
            return as_problem(error)
        return answer if isinstance(answer, Response) else mark(json_response(answer), answer)

    view.__doc__ = inspect.getdoc(row.handler)
    return view


def json_response(answer: Any, status: int = 200) -> Response:
    """A JSON answer that no cache keeps."""
    response = Response(msgspec.json.encode(answer), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
