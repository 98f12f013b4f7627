"""Technicians: who carries out orders, how he is found, and the PIN with which he proves himself on the telephone.

A PIN is drawn by chance and told once, or chosen by whoever gives it; only its hash is kept. Who typed it wrong too
often waits, or a dispatcher lets him try again at once. Each change leaves its audit row, without the PIN.
"""

from typing import Any

import msgspec

from agent_console import technician_answers as answers
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from agent_console.technician_answers import TechnicianOf
from crm_core import audit
from crm_core.work_orders import technicians

DISPATCH = Permission.DISPATCH_ORDERS


class TechnicianForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How he is found: `code` as he types it, `phone` as people write it, "": none is known."""

    code: str
    phone: str = ""
    areas: list[str] = []
    skills: list[str] = []


class NewPin(msgspec.Struct, kw_only=True):
    """A technician's PIN for the telephone, told this once only."""

    login: str
    pin: str


class ChosenPin(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Four digits, no row of equal or following ones."""

    pin: str


class Colleague(msgspec.Struct, kw_only=True):
    """A user who could be made a technician."""

    login: str
    name: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_people, _pins):
        rows(operations.add)


def _people(add: Add) -> None:
    @add("GET", "/technicians", Permission.WORK_ORDERS, "Technicians, and how many open orders each has")
    def list_technicians(call: Call) -> list[TechnicianOf]:
        services = call.services
        return services.store.read(answers.technicians_of, call.principal.account_id, services.now())

    @add("GET", "/technicians/without-code", DISPATCH, "Users with the role who have no code yet")
    def technicians_without_code(call: Call) -> list[Colleague]:
        def read(session: Any) -> list[Colleague]:
            found = technicians.without_code(session, call.principal.account_id)
            return [Colleague(login=one.login, name=one.name) for one in found]

        return call.services.store.read(read)

    @add("PUT", "/technicians/{login}", DISPATCH, "Say how a technician is found: code, telephone, areas")
    def put_technician(call: Call, login: str, body: TechnicianForm) -> TechnicianOf:
        who, given = call.principal, msgspec.structs.asdict(body)

        def change(session: Any) -> TechnicianOf:
            found = technicians.put_technician(session, who.account_id, login, **given)
            note_change(session, call, "technician.change", login, given)
            return answers.technician_of(session, found, call.services.now())

        return call.services.store.write(change)


def _pins(add: Add) -> None:
    @add("POST", "/technicians/{login}/pin", DISPATCH, "Give a technician a new PIN for the telephone")
    def new_technician_pin(call: Call, login: str) -> NewPin:
        who, now = call.principal, call.services.now()

        def change(session: Any) -> NewPin:
            pin = technicians.new_pin(session, who.account_id, login, now=now)
            note_change(session, call, "technician.pin", login, {})
            return NewPin(login=login, pin=pin)

        return call.services.store.write(change)

    @add("PUT", "/technicians/{login}/pin", DISPATCH, "Give a technician a PIN that somebody chose")
    def choose_technician_pin(call: Call, login: str, body: ChosenPin) -> TechnicianOf:
        who, now = call.principal, call.services.now()

        def change(session: Any) -> TechnicianOf:
            found = technicians.choose_pin(session, who.account_id, login, body.pin, now=now)
            note_change(session, call, "technician.pin", login, {})
            return answers.technician_of(session, found, now)

        return call.services.store.write(change)

    @add("DELETE", "/technicians/{login}/lock", DISPATCH, "Let a technician try his PIN again at once")
    def unlock_technician(call: Call, login: str) -> TechnicianOf:
        def change(session: Any) -> TechnicianOf:
            found = technicians.unlock(session, call.principal.account_id, login)
            note_change(session, call, "technician.unlock", login, {})
            return answers.technician_of(session, found, call.services.now())

        return call.services.store.write(change)


def note_change(session: Any, call: Call, action: str, subject: str, after: dict[str, Any]) -> None:
    """The audit row of a change that the asker makes."""
    who = call.principal
    audit.note(
        session,
        account_id=who.account_id,
        at=call.services.now(),
        by=who.login,
        action=action,
        subject=subject,
        after=after,
    )
