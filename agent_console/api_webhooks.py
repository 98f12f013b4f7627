"""Webhooks: programs of the company that are told what happens, and the messages on their way to them.

Every message is signed with the secret of its webhook. That is shown once, when it is made: who loses it makes another.
"""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Add, Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from agent_console.shaped import shaped
from crm_core import audit, webhook_queue, webhooks
from crm_core.outbox import OutboxItem
from crm_core.webhooks import Webhook

_NEED = Permission.MANAGE_WEBHOOKS


class WebhookOf(msgspec.Struct, kw_only=True):
    """One receiver. `open_until`: nothing is tried before, because it failed five times or more in a row.

    `secret`: "" but in the answer to the request that made it.
    """

    id: int
    version: int
    name: str
    url: str
    kinds: list[str]
    active: bool
    secret: str
    failures: int
    open_until: float | None
    last_status: int | None
    last_error: str | None
    last_at: float | None


class NewWebhook(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`kinds`: kinds of events (GET /webhook-kinds), or * for all."""

    name: str
    url: str
    kinds: list[str]
    active: bool = True


class MessageOf(msgspec.Struct, kw_only=True):
    """A message. `state`: waiting, done, dead (tried too often)."""

    id: str
    type: str
    state: str
    attempts: int
    due_at: float
    done_at: float | None
    last_error: str | None


class MessageQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`state` None: all."""

    state: str | None = None
    cursor: str | None = None
    limit: int = 100


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_reading, _changing, _messages):
        rows(operations.add)


def _reading(add: Add) -> None:
    @add("GET", "/webhook-kinds", _NEED, "The kinds of events that a webhook may hear")
    def webhook_kinds(call: Call) -> list[str]:
        return webhooks.event_kinds()

    @add("GET", "/webhooks", _NEED, "The webhooks of my company")
    def list_webhooks(call: Call, query: PageQuery) -> Listing[WebhookOf]:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(webhooks.listed(session, account_id, **wanted), _webhook)
        )

    @add("GET", "/webhooks/{webhook_id}", _NEED, "One webhook")
    def webhook(call: Call, webhook_id: str) -> WebhookOf:
        account_id, number = call.principal.account_id, number_of(webhook_id)
        return call.services.store.read(
            lambda session: _webhook(webhooks.webhook(session, account_id, number))
        )


def _changing(add: Add) -> None:
    @add("POST", "/webhooks", _NEED, "Register a webhook")
    def add_webhook(call: Call, body: NewWebhook) -> WebhookOf:
        who, now = call.principal, call.services.now()

        def register(session: Any) -> WebhookOf:
            fields = msgspec.structs.asdict(body)
            made = webhooks.add_webhook(session, who.account_id, by=who.login, now=now, **fields)
            _audit(session, call, made.id, {}, fields)
            return _webhook(made, made.secret)

        return call.services.store.write(register)

    @add("PUT", "/webhooks/{webhook_id}", _NEED, "Change a webhook, or switch it off or on")
    def change_webhook(call: Call, webhook_id: str, body: NewWebhook) -> WebhookOf:
        account_id, number, version = call.principal.account_id, number_of(webhook_id), expected_version()

        def put(session: Any) -> WebhookOf:
            before = _shown(webhooks.webhook(session, account_id, number))
            fields = msgspec.structs.asdict(body)
            changed = webhooks.change_webhook(session, account_id, number, expected_version=version, **fields)
            _audit(session, call, number, before, fields)
            return _webhook(changed)

        return call.services.store.write(put)

    @add("POST", "/webhooks/{webhook_id}/secret", _NEED, "Give a webhook another secret, told once")
    def renew_webhook_secret(call: Call, webhook_id: str) -> WebhookOf:
        account_id, number = call.principal.account_id, number_of(webhook_id)

        def renew(session: Any) -> WebhookOf:
            found = webhooks.renew_secret(session, account_id, number)
            _audit(session, call, number, {}, {"secret": "renewed"})
            return _webhook(found, found.secret)

        return call.services.store.write(renew)

    @add("DELETE", "/webhooks/{webhook_id}", _NEED, "Remove a webhook; what waits for it is never sent")
    def remove_webhook(call: Call, webhook_id: str) -> dict[str, Any]:
        account_id, number = call.principal.account_id, number_of(webhook_id)

        def remove(session: Any) -> dict[str, Any]:
            _audit(session, call, number, _shown(webhooks.webhook(session, account_id, number)), {})
            webhooks.remove_webhook(session, account_id, number)
            return {}

        return call.services.store.write(remove)


def _messages(add: Add) -> None:
    @add("POST", "/webhooks/{webhook_id}/test", _NEED, "Send a message that says nothing")
    def test_webhook(call: Call, webhook_id: str) -> dict[str, str]:
        account_id, number = call.principal.account_id, number_of(webhook_id)
        sent = call.services.store.write(webhooks.tell_test, account_id, number, call.services.now())
        return {"message": sent}

    @add("GET", "/webhooks/{webhook_id}/messages", _NEED, "Messages to a webhook, also the dead ones")
    def webhook_messages(call: Call, webhook_id: str, query: MessageQuery) -> Listing[MessageOf]:
        account_id, number = call.principal.account_id, number_of(webhook_id)
        wanted = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(webhook_queue.messages(session, account_id, number, **wanted), _message)
        )

    @add("POST", "/webhooks/{webhook_id}/messages/{message}/again", _NEED, "Send a message once more")
    def send_again(call: Call, webhook_id: str, message: str) -> dict[str, Any]:
        account_id, number = call.principal.account_id, number_of(webhook_id)
        call.services.store.write(webhook_queue.send_again, account_id, number, message, call.services.now())
        return {}


def _webhook(row: Webhook, secret: str = "") -> WebhookOf:
    return shaped(WebhookOf, row, kinds=sorted(row.kinds), secret=secret)


def _message(row: OutboxItem) -> MessageOf:
    return MessageOf(
        id=row.id,
        type=row.body["type"],
        state=webhook_queue.state_of(row),
        attempts=row.attempts,
        due_at=row.due_at,
        done_at=row.done_at,
        last_error=row.last_error,
    )


def _shown(row: Webhook) -> dict[str, Any]:
    return {"name": row.name, "url": row.url, "kinds": sorted(row.kinds), "active": row.active}


def _audit(session: Any, call: Call, number: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    who = call.principal
    audit.note(
        session,
        account_id=who.account_id,
        at=call.services.now(),
        by=who.login,
        action="change",
        subject=f"webhook {number}",
        before=before,
        after=after,
    )
