"""Errors as RFC 9457 problem documents, with the stable `error_id` that programs may rely on."""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from agent_console.preconditions import PreconditionMissing
from agent_console.principal import Forbidden, NotLoggedIn
from ctiserver.bus.port import NoAnswer
from ctiserver.core.errors import (
    ConfigError,
    Conflict,
    Mistake,
    NotFound,
    Refusal,
    StaleVersion,
    StoreError,
    Unstorable,
)

_log = structlog.get_logger()
_NOT_FOUND = "unknown_"


class FieldProblem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What is wrong with one field of what was sent; `error_id` is stable, `detail` for people.

    `says`: what a sentence about it speaks of, by name.
    """

    field: str
    detail: str
    error_id: str = ""
    says: dict[str, str] = {}


def field_problem(mistake: Mistake) -> FieldProblem:
    """The mistake as the API tells it."""
    return FieldProblem(
        field=mistake.path, detail=mistake.message, error_id=mistake.error_id, says=dict(mistake.fields)
    )


class Problem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`type` is a relative reference to the error's description; `detail` is for people."""

    type: str
    title: str
    status: int
    error_id: str
    detail: str = ""
    request_id: str = ""
    mistakes: list[str] = []
    fields: list[FieldProblem] = []
    by: str = ""
    """Who changed it meanwhile."""
    current: dict[str, Any] = {}
    """The thing as it is now, when it was changed meanwhile."""


def problem(
    status: int,
    error_id: str,
    title: str,
    detail: str = "",
    *,
    request_id: str = "",
    mistakes: list[str] | None = None,
    fields: list[FieldProblem] | None = None,
    by: str = "",
    current: dict[str, Any] | None = None,
) -> Response:
    """The answer that carries a problem."""
    body = Problem(
        type=f"/api/docs#error-{error_id}",
        title=title,
        status=status,
        error_id=error_id,
        detail=detail,
        request_id=request_id,
        mistakes=mistakes or [],
        fields=fields or [],
        by=by,
        current=current or {},
    )
    return Response(msgspec.json.encode(body), status, content_type="application/problem+json")


def as_problem(error: Exception) -> Response:
    """What a failed operation answers. Our own faults are logged and say nothing about themselves."""
    match error:
        case NotLoggedIn():
            return problem(401, "not_logged_in", "Log in first", str(error))
        case Forbidden(permission=permission):
            return problem(403, "forbidden", "Not allowed", f"this needs the permission {permission}")
        case msgspec.ValidationError() | msgspec.DecodeError():
            return problem(400, "bad_request", "The request is not as documented", str(error))
        case ConfigError(mistakes=mistakes):
            return problem(
                422,
                "mistakes",
                "There are mistakes to mend",
                mistakes=[str(mistake) for mistake in mistakes],
                fields=[field_problem(one) for one in mistakes if one.error_id],
            )
        case StoreError() | PreconditionMissing():
            return _of_the_store(error)
        case Refusal(error_id=error_id):
            status = 404 if error_id.startswith(_NOT_FOUND) else 409
            return problem(status, error_id, "Refused", str(error))
        case RequestEntityTooLarge():
            return problem(413, "too_large", "Too much at once", "send less in one request")
        case NoAnswer():
            request_id = getattr(error, "request_id", "")
            return problem(
                504,
                "no_answer",
                "No answer in time; it may have been done",
                str(error),
                request_id=request_id,
            )
        case _:
            _log.error("an operation failed", path=request.path, exc_info=error)
            return problem(500, "fault", "Our fault; it is in the log")


def _of_the_store(error: StoreError | PreconditionMissing) -> Response:
    match error:
        case PreconditionMissing():
            return problem(428, "precondition_required", "Say which version you have read", str(error))
        case StaleVersion(version=version):
            current = msgspec.to_builtins(getattr(error, "current", {}))
            by = getattr(error, "by", "")
            title = "Somebody else changed it meanwhile"
            answer = problem(412, "stale_version", title, str(error), by=by, current=current)
            answer.set_etag(str(version))
            return answer
        case NotFound():
            return problem(404, "not_found", "There is no such thing", str(error))
        case Unstorable():
            return problem(400, "bad_request", "A value is out of range", str(error))
        case Conflict():
            return problem(409, "conflict", "Somebody else changed it, or it is there already", str(error))
        case _:
            _log.error("the store failed", path=request.path, error=str(error))
            return problem(503, "store_unavailable", "The database does not answer", "try again in a moment")


def answer_problems(app: Flask, page: Callable[[HTTPException], AnyResponse]) -> None:
    """Every error under /api becomes a problem document; elsewhere an unknown path is told by `page`."""

    @app.errorhandler(404)
    @app.errorhandler(405)
    def _no_such_route(error: HTTPException) -> AnyResponse:
        if not request.path.startswith("/api/"):
            return page(error)
        return problem(error.code or 404, "no_such_operation", "There is no such operation", request.path)
