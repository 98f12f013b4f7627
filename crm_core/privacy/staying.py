"""Which columns of a person's rows stay when he is erased, where that is many: figures and sums without him."""

from collections.abc import Mapping
from typing import Any

OF_HELD = frozenset(
    {
        "id",
        "account_id",
        "customer_id",
        "status",
        "dated_at",
        "created_at",
        "updated_at",
        "source",
        "by",
        "known_at",
    }
)
MONEY = frozenset({"amount_minor", "currency"})
BOOKED = OF_HELD | MONEY | {"external_id", "number"}
NO_EXTRAS: Mapping[str, Any] = {"custom": {}}

CONTACT = frozenset(
    {"id", "account_id", "channel", "value_class", "did", "language", "flow", "flow_version", "emergency"}
    | {"arrived_at", "answered_by_ivr_at", "queued_at", "connected_at", "ended_at", "queue", "outcome"}
    | {"ended_where", "ended_by", "ended_cause", "menu_path", "contact_reason", "decisions"}
    | {"survey", "survey_version", "survey_agent", "survey_complete", "incomplete"}
    | {
        "call_back_claimed_by",
        "call_back_claimed_at",
        "call_back_done_at",
        "call_back_at",
        "call_back_result",
    }
    | {"last_epoch", "last_seq", "last_n"}
)
SEGMENT = frozenset(
    {
        "interaction_id",
        "ordinal",
        "agent",
        "queue",
        "offered_at",
        "ringing_at",
        "answered_at",
        "ended_at",
        "ended_by",
    }
    | {"wrap_up_started_at", "wrap_up_ended_at", "disposition", "recording_seconds"}
    | {"began", "from_agent", "transfer", "transferred_to_kind", "transferred_to", "transfer_failed"}
)
OFFER = frozenset(
    {"interaction_id", "ordinal", "agent", "queue", "made_at", "ringing_at", "ended_at", "result", "reason"}
)
CASE = frozenset(
    {
        "id",
        "account_id",
        "kind",
        "state",
        "is_open",
        "priority",
        "reason",
        "channel",
        "contact_id",
        "is_outage",
    }
    | {"parent_id", "assignee", "team", "opened_at", "opened_by", "updated_at", "responded_at", "resolved_at"}
    | {"closed_at", "reopened_count", "resolve_seconds", "used_seconds", "clock_since", "around_the_clock"}
    | {"respond_by_at", "due_at", "next_due_at", "escalation_level", "escalate_at"}
)

WORK_ORDER = frozenset(
    {"id", "account_id", "kind", "state", "is_open", "priority", "area", "due_from_at", "due_until_at"}
    | {"case_id", "contract_id", "parent_id", "technician", "created_at", "created_by", "updated_at"}
    | {"assigned_at", "set_out_at", "arrived_at", "reopened_at", "closed_at", "verified_at"}
    | {"late_at", "expired_at", "closing", "closings"}
)
THIRD_PARTY = frozenset(
    {"interaction_id", "ordinal", "account_id", "asked_by", "agent", "outcome", "reason"}
    | {"called_at", "answered_at", "heard_at", "ended_at"}
)
INVERSION = frozenset(
    {"served_id", "waited_id", "chosen_at", "account_id"} | {"queue", "agent", "cause", "first"}
)
QUEUE_VISIT = frozenset(
    {"interaction_id", "ordinal", "account_id", "queue", "value_class"}
    | {"entered_at", "left_at", "result", "agent"}
)
GUESS = frozenset(
    {"contact_id", "account_id", "kind", "recency", "probability", "treatment", "node"}
    | {"at", "taken_at", "goal_at", "about"}
)
DISPOSITION_EFFECT = frozenset(
    {"contact_id", "account_id", "customer_id", "campaign_id", "agent", "code", "effect"} | {"at", "made"}
)
OUTSIDE_CALL = frozenset(
    {"id", "account_id", "contact", "agent", "dialed_at", "ended_at", "result", "seconds"}
    | {"cost_minor", "trunk", "sip_code"}
)
CLOSING = frozenset(
    {"id", "account_id", "order_id", "ordinal", "key", "code", "asked_at", "arrived_at"}
    | {"at", "by", "technician", "way", "contact_id", "flags", "follow_up_id", "reopened_at", "survey"}
    | {"solved", "grade", "answered_at"}
)
VISIT = frozenset(
    {"order_id", "account_id", "booked_in", "agreed_at", "asked_from_at", "dial_id"}
    | {"answer", "answered_at", "answered_in"}
)
CUSTOMER = frozenset(
    {"id", "account_id", "kind", "is_customer", "is_supplier", "stage", "merged_into", "created_at"}
    | {"updated_at", "erased_at"}
)
