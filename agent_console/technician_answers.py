"""How technicians look to a browser or a program."""

from collections.abc import Sequence
from typing import Any

import msgspec

from crm_core import caller_secrets
from crm_core.work_orders import order_list, technicians
from crm_core.work_orders.technicians import Technician


class TechnicianOf(msgspec.Struct, kw_only=True):
    """A technician. `open_orders`: how many he has.

    `pin_made_at` None: he has no PIN; `locked_until` None: he may try it.
    """

    login: str
    name: str
    code: str
    phone: str
    areas: list[str]
    skills: list[str]
    open_orders: int
    pin_made_at: float | None
    locked_until: float | None


def technicians_of(session: Any, account_id: int, now: float) -> list[TechnicianOf]:
    """All technicians by name."""
    busy, pins = _busy_and_pins(session, account_id, now)
    found: Sequence[Technician] = technicians.technicians_of_account(session, account_id)
    return [_technician(one, busy, pins) for one in found]


def technician_of(session: Any, found: Technician, now: float) -> TechnicianOf:
    """One technician."""
    return _technician(found, *_busy_and_pins(session, found.account_id, now))


def _busy_and_pins(
    session: Any, account_id: int, now: float
) -> tuple[dict[str, int], dict[str, caller_secrets.PinState]]:
    pins = caller_secrets.pins(session, account_id, "technician", now=now)
    return order_list.busy(session, account_id), pins


def _technician(
    found: Technician, busy: dict[str, int], pins: dict[str, caller_secrets.PinState]
) -> TechnicianOf:
    pin = pins.get(str(found.user_id))
    return TechnicianOf(
        login=found.user.login,
        name=found.user.name,
        code=found.code,
        phone=found.phone_e164 or "",
        areas=list(found.areas),
        skills=list(found.skills),
        open_orders=busy.get(found.user.login, 0),
        pin_made_at=pin.made_at if pin else None,
        locked_until=pin.locked_until if pin else None,
    )
