"""What administrators change. Every thing has the same five operations, from one table.

A change is checked, kept and audited in one transaction, then the calls process reads the configuration again: calls in
progress go on as they began. When it cannot (it is starting, or a flow names what is gone) the change is kept and the
answer says that it is not in force yet, and why.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from agent_console.operations import Call, Handler, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core.administration import desk, user_form
from crm_core.administration.account_form import AccountForm, Accounts
from crm_core.administration.desk import Author, Kept, Thing
from crm_core.administration.field_forms import (
    CustomFieldForm,
    CustomFields,
    WrapUpFieldForm,
    WrapUpFields,
)
from crm_core.administration.hours_form import Hours, HoursForm
from crm_core.administration.office_form import OfficeForm, Offices
from crm_core.administration.outside_form import (
    OutsideRuleForm,
    OutsideRules,
    SavedNumberForm,
    SavedNumbers,
)
from crm_core.administration.queue_form import QueueForm, Queues
from crm_core.administration.team_form import TeamForm, Teams
from crm_core.administration.user_form import UserForm, Users
from crm_core.administration.words import (
    ContactReasonForm,
    ContactReasons,
    DispositionForm,
    Dispositions,
    PauseReasonForm,
    PauseReasons,
    SkillForm,
    Skills,
)
from ctiserver.bus.port import NoAnswer
from ctiserver.core.errors import Refusal

_P = Permission
_PASSWORD_BYTES = 9


class InForce(msgspec.Struct, kw_only=True):
    """Whether the calls process works with the change; `problem`: why not yet, and its id, "" if it does."""

    in_force: bool
    problem: str = ""
    problem_id: str = ""


class Done(InForce, kw_only=True):
    """`kept`: the thing as it is now, None when nothing is left of it; `password`: of a new user, told this once."""

    kept: Kept[Any] | None
    password: str = ""


class NewPassword(msgspec.Struct, kw_only=True):
    """Told this once."""

    password: str


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of thing in the API. `removable`: it has a DELETE, which retires what records may name."""

    path: str
    one: str
    many: str
    form: type[msgspec.Struct]
    thing: Callable[[Call, str], Thing[Any, Any]]
    read: Permission = _P.READ_CONFIGURATION
    add: Permission = _P.CHANGE_CONFIGURATION
    change: Permission = _P.CHANGE_CONFIGURATION
    removable: bool = True
    with_password: bool = False


FAMILIES = (
    Family("queues", "queue", "queues", QueueForm, lambda *_: Queues()),
    Family("dispositions", "disposition", "dispositions", DispositionForm, lambda *_: Dispositions()),
    Family(
        "contact-reasons", "contact reason", "contact reasons", ContactReasonForm, lambda *_: ContactReasons()
    ),
    Family("wrap-up-fields", "wrap-up field", "wrap-up fields", WrapUpFieldForm, lambda *_: WrapUpFields()),
    Family(
        "custom-fields",
        "custom field",
        "custom fields of customers",
        CustomFieldForm,
        lambda call, _: CustomFields(call.services.now()),
    ),
    Family("pause-reasons", "pause reason", "pause reasons", PauseReasonForm, lambda *_: PauseReasons()),
    Family("skills", "skill", "skills", SkillForm, lambda *_: Skills()),
    Family("teams", "team", "teams", TeamForm, lambda *_: Teams()),
    Family("hours", "set of opening hours", "opening hours", HoursForm, lambda *_: Hours()),
    Family("outside-rules", "outside rule", "outside rules", OutsideRuleForm, lambda *_: OutsideRules()),
    Family("saved-numbers", "saved number", "saved numbers", SavedNumberForm, lambda *_: SavedNumbers()),
    Family("offices", "office", "offices", OfficeForm, lambda *_: Offices()),
    Family(
        "users",
        "user",
        "users",
        UserForm,
        lambda _, password: Users(password),
        _P.MANAGE_USERS,
        _P.MANAGE_USERS,
        _P.MANAGE_USERS,
        with_password=True,
    ),
    Family(
        "accounts",
        "account",
        "accounts",
        AccountForm,
        lambda call, password: Accounts(everyone=call.principal.may(_P.MANAGE_ACCOUNTS), password=password),
        add=_P.MANAGE_ACCOUNTS,
        removable=False,
        with_password=True,
    ),
)


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for family in FAMILIES:
        _add_reading(operations, family)
        _add_changing(operations, family)

    @operations.add(
        "POST", "/configuration/users/{id}/password", _P.MANAGE_USERS, "Give a user a new password, told once"
    )
    def reset_password(call: Call, id: str) -> NewPassword:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        call.services.store.write(user_form.reset_password, author(call), id, password)
        return NewPassword(password=password)


def _add_reading(operations: Operations, family: Family) -> None:
    form: Any = family.form

    def listed(call: Call) -> list[Kept[Any]]:
        return call.services.store.read(desk.listed, family.thing(call, ""), call.principal.account_id)

    def one(call: Call, id: str) -> Kept[Any]:
        return call.services.store.read(desk.one, family.thing(call, ""), call.principal.account_id, id)

    path = f"/configuration/{family.path}"
    _add(
        operations,
        "GET",
        path,
        family.read,
        f"All {family.many}",
        listed,
        "list",
        {"return": list[Kept[form]]},
    )
    _add(
        operations,
        "GET",
        path + "/{id}",
        family.read,
        f"One {family.one}",
        one,
        "one",
        {"return": Kept[form]},
    )


def _add_changing(operations: Operations, family: Family) -> None:
    form: Any = family.form

    def add(call: Call, body: Any) -> Done:
        password = secrets.token_urlsafe(_PASSWORD_BYTES) if family.with_password else ""
        kept = call.services.store.write(desk.add, family.thing(call, password), author(call), body)
        return _done(call, kept, password)

    def change(call: Call, id: str, body: Any) -> Done:
        if getattr(body, "retired", False):
            _still_needed(call, family, id)
        thing = family.thing(call, "")
        kept = call.services.store.write(desk.change, thing, author(call), id, body, expected_version())
        return _done(call, kept)

    def remove(call: Call, id: str) -> Done:
        _still_needed(call, family, id)
        return _done(call, call.services.store.write(desk.remove, family.thing(call, ""), author(call), id))

    path = f"/configuration/{family.path}"
    _add(operations, "POST", path, family.add, f"Add one to the {family.many}", add, "add", {"body": form})
    what = f"Change one of the {family.many}; 412 when it was changed meanwhile"
    _add(operations, "PUT", path + "/{id}", family.change, what, change, "change", {"body": form})
    if family.removable:
        what = f"Remove one of the {family.many}; what records may name is retired"
        _add(operations, "DELETE", path + "/{id}", family.change, what, remove, "remove", {})


def _add(
    operations: Operations,
    method: str,
    path: str,
    permission: Permission,
    summary: str,
    handler: Handler,
    verb: str,
    types: dict[str, Any],
) -> None:
    """One handler serves every family: what makes it one of its own are its name and its types."""
    handler.__annotations__ |= types
    family = path.split("/")[2].replace("-", "_")
    handler.__name__ = f"{verb}_configured_{family}"
    operations.add(method, path, permission, summary)(handler)


def _still_needed(call: Call, family: Family, id: str) -> None:
    """Raises Refusal for a queue that a flow in force names: without it no new configuration would be taken."""
    if family.path == "queues":
        answer = call.services.engines.ask_job("check_flows", msgspec.json.encode({"queue": id}))
        missed = msgspec.json.decode(answer, type=list[str])
        if missed:
            raise Refusal("flow_names_it", f"a flow in force still names this queue: {missed[0]}")


def author(call: Call) -> Author:
    """Who changes something, for the audit."""
    return Author(account_id=call.principal.account_id, login=call.principal.login, at=call.services.now())


def apply(call: Call) -> InForce:
    """Have the calls process read the configuration; whether it works with it now."""
    try:
        call.services.engines.reload()
    except Refusal as refusal:
        return InForce(in_force=False, problem=str(refusal), problem_id=refusal.error_id)
    except NoAnswer:
        said = "the calls process does not answer; it reads everything when it starts"
        return InForce(in_force=False, problem=said, problem_id="calls_away")
    return InForce(in_force=True)


def _done(call: Call, kept: Kept[Any] | None, password: str = "") -> Done:
    applied = apply(call)
    return Done(kept=kept, password=password, **msgspec.structs.asdict(applied))
