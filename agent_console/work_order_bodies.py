"""What is asked and sent about work orders."""

import msgspec
from msgspec import UNSET, UnsetType

from agent_console.work_order_answers import PartUsed


class OrderQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which orders, see `crm_core.work_orders.order_list.OrderFilter`. `open`: yes, no or all."""

    open: str = "yes"
    kind: str | None = None
    state: str | None = None
    priority: str | None = None
    technician: str | None = None
    area: str | None = None
    customer_id: int | None = None
    case_id: int | None = None
    parent_id: int | None = None
    closing: str | None = None
    late: bool = False
    closed_from_at: float | None = None
    text: str | None = None
    cursor: str | None = None
    limit: int = 50


class OrderCounts(msgspec.Struct, kw_only=True):
    """How many orders a filter shows, by state; `late`: of these, open and past their window; `areas`: of open ones."""

    by_state: dict[str, int]
    late: int
    areas: list[str]


class OrderWords(msgspec.Struct, kw_only=True):
    """What may be said of an order. `closings`: in the order of the telephone's keys, from 1."""

    kinds: list[str]
    priorities: list[str]
    states: dict[str, dict[str, str]]
    closings: list[str]
    flags: list[str]


class NewWorkOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An order. `address` "": the customer's; `priority`, `due_until_at`, `warranty_id` None: docs/work-orders.md."""

    kind: str
    subject: str
    description: str = ""
    priority: str | None = None
    customer_id: int | None = None
    case_id: int | None = None
    contract_id: int | None = None
    warranty_id: int | None = None
    address: str = ""
    area: str = ""
    due_from_at: float | None = None
    due_until_at: float | None = None
    technician: str | None = None


class OrderChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is. `due_until_at` null: nobody waits for it."""

    kind: str | UnsetType = UNSET
    subject: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    customer_id: int | UnsetType | None = UNSET
    case_id: int | UnsetType | None = UNSET
    contract_id: int | UnsetType | None = UNSET
    warranty_id: int | UnsetType | None = UNSET
    address: str | UnsetType = UNSET
    area: str | UnsetType = UNSET
    due_from_at: float | UnsetType | None = UNSET
    due_until_at: float | UnsetType | None = UNSET


class OrderAssignment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose it is, by login; None: nobody's."""

    technician: str | None


class OrderStep(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """set_out, arrive, verify or reopen."""

    event: str
    text: str = ""


class OrderClosing(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How it ended. `key`: the form's or the program's own; the same key closes an order once."""

    code: str
    key: str
    text: str = ""
    used: list[PartUsed] = []


class OrderNote(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What somebody writes to the order."""

    text: str


class CustomersWord(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the customer says of a closing. `solved`, `grade` (1 to 7) None: he has not said."""

    solved: bool | None = None
    grade: int | None = None
    comment: str = ""


class OrderFileQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How the file is called."""

    name: str
