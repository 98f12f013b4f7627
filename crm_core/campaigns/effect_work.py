"""How each effect of a disposition is done; `effects` sees to it that it is done once.

Everything is written under the provenance of the contact: the customer said it, to this agent. Whoever is sent
somewhere is free at that hour; what was bought is owned from then on, so that nobody offers it again; a number of
somebody else ends, and the lead is called at its next one; who wants no more calls is on the list, with the contact as
the proof.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import activities, contact_points, holdings, order_entry, payment_promises
from crm_core.accounts import account
from crm_core.activities import Activity
from crm_core.campaigns import call_backs, numbers, promise_reminders
from crm_core.campaigns.effect_forms import AppointmentForm, Form, ListForm, PromiseForm, SaleForm
from crm_core.contact_points import Phone
from crm_core.customers import customer
from crm_core.dials import Dial
from crm_core.permission import consents, do_not_call
from crm_core.permission.calendars import instant
from crm_core.phone_numbers import normalise
from crm_core.products import OwnedProduct
from crm_core.provenance import Origin, Source
from crm_core.users import User
from ctiserver.core.errors import ConfigError, Mistake, Refusal
from ctiserver.core.permit import Channel

NEXT_NUMBER_SECONDS = 120.0
"""After so long a lead whose number was another person's is called at his next one."""
_UNENDED_SECONDS = 3600.0
"""So long an appointment takes that does not say when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The contact that an agent says the end of. `number`: the one that was called or that called, as it is written."""

    contact: str
    customer_id: int | None
    number: str = ""
    dial_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """One effect while it is done."""

    session: Session
    account_id: int
    customer_id: int
    ended: Ended
    lead: Dial | None
    zone: ZoneInfo
    flow: str | None
    by: str
    now: float

    @property
    def origin(self) -> Origin:
        """He said it, in this contact, to this agent."""
        return Origin(source=Source.CUSTOMER, by=self.by, contact_id=self.ended.contact)

    @property
    def number(self) -> str:
        """That of this contact, in E.164 where it is one."""
        written = self.lead.number if self.lead else self.ended.number
        return normalise(written, account(self.session, self.account_id).country) or written


def do(doing: Doing, effect: str, form: Form) -> dict[str, Any]:
    """What came of it, by kind. Raises ConfigError with mistakes by field, Refusal, NotFound."""
    match form:
        case PromiseForm():
            return _promise(doing, form)
        case SaleForm():
            return _sell(doing, form)
        case AppointmentForm():
            return _appoint(doing, form)
        case ListForm():
            return _update(doing, form)
        case _ if effect == "wrong_person":
            return _wrong_person(doing)
        case _:
            return _never_again(doing)


def _promise(doing: Doing, form: PromiseForm) -> dict[str, Any]:
    day = date.fromisoformat(form.day)
    promise = payment_promises.give(
        doing.session,
        doing.account_id,
        doing.customer_id,
        amount_minor=form.amount_minor,
        currency=form.currency,
        due_at=instant(day, 1440, doing.zone) - 1,
        origin=doing.origin,
        now=doing.now,
        invoice_id=form.invoice_id,
        request_id=f"contact {doing.ended.contact}",
    )
    reminder = doing.flow and promise_reminders.remind(
        doing.session,
        promise,
        day,
        zone=doing.zone,
        number=doing.number,
        flow=doing.flow,
        by=doing.by,
        now=doing.now,
    )
    return {"promise": promise.id} | ({"reminder": reminder.id} if reminder else {})


def _sell(doing: Doing, form: SaleForm) -> dict[str, Any]:
    """The order, and that it is his: what he has bought is offered to him by nobody any more."""
    session, request = doing.session, f"contact {doing.ended.contact}"
    order = order_entry.place(
        session,
        doing.account_id,
        doing.customer_id,
        [{"product": form.product, "quantity": form.quantity}],
        currency="CLP",
        origin=doing.origin,
        now=doing.now,
        request_id=request,
    )
    owned = holdings.keep(
        session,
        OwnedProduct,
        doing.account_id,
        doing.customer_id,
        f"order {order.number}",
        origin=doing.origin,
        now=doing.now,
        product=form.product,
        quantity=form.quantity,
    )
    return {"order": order.id, "number": order.number, "owned_product": owned.id}


def _appoint(doing: Doing, form: AppointmentForm) -> dict[str, Any]:
    begins_at = datetime.fromisoformat(form.at).replace(tzinfo=doing.zone).timestamp()
    ends_at = begins_at + form.minutes * 60
    if begins_at <= doing.now:
        raise ConfigError([Mistake("at", "choose an hour that is still to come", "moment_over")])
    _need_free(doing, form.seller, begins_at, ends_at)
    who = customer(doing.session, doing.account_id, doing.customer_id)
    made = activities.add_activity(
        doing.session,
        doing.account_id,
        kind="appointment",
        subject=who.display_name,
        owner=form.seller,
        due_at=begins_at,
        ends_at=ends_at,
        remind_at=begins_at - 3600.0,
        place=form.place.strip(),
        customer_id=doing.customer_id,
        by=doing.by,
        now=doing.now,
    )
    return {"activity": made.id}


def _need_free(doing: Doing, seller: str, begins_at: float, ends_at: float) -> None:
    """Nobody is sent to two places at once. His row is locked: two agents who ask for one hour come one by one."""
    doing.session.scalar(select(User.id).where(User.login == seller).with_for_update())
    taken = doing.session.scalar(
        select(Activity.due_at)
        .where(
            Activity.account_id == doing.account_id,
            Activity.owner == seller,
            Activity.kind.in_(("visit", "appointment")),
            Activity.done_at.is_(None),
            Activity.cancelled_at.is_(None),
            Activity.due_at < ends_at,
            func.coalesce(Activity.ends_at, Activity.due_at + _UNENDED_SECONDS) > begins_at,
        )
        .order_by(Activity.due_at)
        .limit(1)
    )
    if taken is not None:
        hour = datetime.fromtimestamp(taken, doing.zone).strftime("%H:%M")
        raise ConfigError([Mistake("at", f"he has an appointment at {hour}: choose another", "seller_busy")])


def _update(doing: Doing, form: ListForm) -> dict[str, Any]:
    session, whose = doing.session, (doing.account_id, doing.customer_id)
    told: dict[str, Any] = {"origin": doing.origin, "now": doing.now}
    made: dict[str, Any] = {}
    if form.phone.strip():
        number = normalise(form.phone, account(session, doing.account_id).country)
        if number is None:
            raise ConfigError(
                [Mistake("phone", "write a telephone number like +56 9 6123 4567", "wrong_phone")]
            )
        made["phone"] = contact_points.keep_phone(session, *whose, number, preferred=True, **told).e164
    if form.email.strip():
        made["email"] = contact_points.keep_email(session, *whose, form.email, **told).address
    if form.street.strip() or form.city.strip():
        place = contact_points.keep_address(session, *whose, street=form.street, city=form.city, **told)
        made["address"] = place.id
    return made


def _wrong_person(doing: Doing) -> dict[str, Any]:
    """The number is nobody's of whom we know; a lead is called at his next one, if there is one."""
    session, number = doing.session, doing.number
    points = contact_points.points_of(session, Phone, doing.account_id, doing.customer_id)
    for point in points:
        if point.e164 == number and point.valid_until is None:
            contact_points.end(session, point, by=doing.by, now=doing.now)
    made: dict[str, Any] = {"ended": number}
    lead = doing.lead
    if lead is not None and lead.campaign_id is not None and numbers.pass_over(lead, "wrong_person"):
        at = doing.now + NEXT_NUMBER_SECONDS
        try:
            call_backs.promise(
                session, doing.account_id, lead.id, at=at, agent=None, by=doing.by, now=doing.now
            )
        except Refusal:  # the campaign is over, or the lead was taken off it
            return made
        made["next_number"] = lead.number
    return made


def _never_again(doing: Doing) -> dict[str, Any]:
    """His number goes on the own list, and he takes back whatever he had agreed to; the contact is the proof."""
    proof = f"contact {doing.ended.contact}"
    made: dict[str, Any] = {}
    if doing.number:
        row = do_not_call.add(
            doing.session, doing.account_id, doing.number, source=proof, by=doing.by, now=doing.now
        )
        made["do_not_call"] = row.id
    said = consents.note(
        doing.session,
        doing.account_id,
        doing.customer_id,
        channel=Channel.PHONE,
        purpose=consents.ANY,
        given=False,
        source="call",
        by=doing.by,
        now=doing.now,
        proof=doing.ended.contact,
    )
    return made | {"consent": said.id}
