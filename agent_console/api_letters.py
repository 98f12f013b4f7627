"""Letters to customers: which wait, were sent or refused and why; refused ones may be tried again.

A person writes one to a customer for a purpose; when a rule refuses it, the answer names the rule and until when, in
the words of whoever writes, and nothing is kept.
"""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.permission_words import clock_of
from agent_console.permission_words import in_words as refused_in_words
from agent_console.roles import Permission
from crm_core import letters
from crm_core.accounts import account
from crm_core.letter_by_hand import write_to
from crm_core.letter_words import in_words
from crm_core.outbox import OutboxItem
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Purpose, Refused


class LetterQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`state`: waiting, sent or refused, None for all; `customer_id` None: of everybody."""

    state: str | None = None
    customer_id: int | None = None


class NewLetter(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`address` is one of his e-mails. `key` names the wish: sent twice with the same key, it is one letter."""

    address: str
    purpose: Purpose
    subject: str
    text: str
    key: str


class LetterRow(msgspec.Struct, kw_only=True):
    """A letter; `at`: when it was sent or refused, or will be tried; `error` "": nothing went wrong so far.

    `subject` is in the reader's language where the letter is made from a template. `by` "": no person wrote it.
    """

    id: str
    state: str
    customer_id: int
    to: str
    subject: str
    at: float
    attempts: int
    error: str
    by: str


class LetterWhole(LetterRow, kw_only=True):
    """With its words; `files`: the names of those that go with it."""

    text: str
    files: list[str]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/letters", Permission.CONTACT_PERMISSION, "Letters to customers, the latest first")
    def list_letters(call: Call, query: LetterQuery) -> Listing[LetterRow]:
        def read(session: Any) -> Listing[LetterRow]:
            page = letters.letters(session, call.principal.account_id, **msgspec.structs.asdict(query))
            return listing(page, lambda one: _row(one, call.principal.language))

        return call.services.store.read(read)

    @add("GET", "/letters/{letter_id}", Permission.CONTACT_PERMISSION, "One letter, with its words")
    def read_letter(call: Call, letter_id: str) -> LetterWhole:
        def read(session: Any) -> LetterWhole:
            item = letters.letter(session, call.principal.account_id, letter_id)
            return LetterWhole(
                **msgspec.structs.asdict(_row(item, call.principal.language)),
                text=in_words(item.body, call.principal.language)[1],
                files=[one["name"] for one in item.body.get("files", [])],
            )

        return call.services.store.read(read)

    @add(
        "POST",
        "/customers/{customer_id}/letters",
        Permission.CONTACT_PERMISSION,
        "Write him a letter by e-mail",
    )
    def write_letter(call: Call, customer_id: str, body: NewLetter) -> LetterRow:
        who, now, wish = call.principal, call.services.now(), msgspec.structs.asdict(body)

        def write(session: Any) -> LetterRow:
            clock = clock_of(account(session, who.account_id).time_zone)
            answer = write_to(session, who.account_id, number_of(customer_id), **wish, by=who.login, now=now)
            if isinstance(answer, Refused):
                raise Refusal("not_permitted", refused_in_words(answer, who.language, clock))
            return _row(answer, who.language)

        return call.services.store.write(write)

    @add("POST", "/letters/{letter_id}/again", Permission.CONTACT_PERMISSION, "Try a refused letter anew")
    def send_letter_again(call: Call, letter_id: str) -> LetterRow:
        who, now = call.principal, call.services.now()
        kept = call.services.store.write(letters.send_again, who.account_id, letter_id, now=now)
        return _row(kept, who.language)


def _row(item: OutboxItem, language: str) -> LetterRow:
    return LetterRow(
        id=item.id,
        state=letters.state_of(item),
        customer_id=int(item.body["customer_id"]),
        to=item.body["pii_address"],
        subject=in_words(item.body, language)[0],
        at=item.dead_at or item.done_at or item.due_at,
        attempts=item.attempts,
        error=item.last_error or "",
        by=str(item.body.get("by", "")),
    )
