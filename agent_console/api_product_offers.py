"""Product offers: what is offered, what it brings, the next best one for a customer and his answer."""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core import products
from crm_core.customer_segments import segments
from crm_core.product_offers import decisions, offers

READ, MANAGE = Permission.READ_VALUE, Permission.MANAGE_VALUE


class OfferOfProduct(msgspec.Struct, kw_only=True):
    """`segment_id` None: for everybody; `until_at` None: until somebody ends it."""

    offer_id: int
    name: str
    product: str
    product_name: str
    margin_minor: int
    segment_id: int | None
    segment: str | None
    line_es: str
    line_en: str
    from_at: float
    until_at: float | None
    running: bool
    version: int


class NewOfferOfProduct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`product` by its key; `margin_minor`: what one sale earns."""

    name: str
    product: str
    margin_minor: int
    line_es: str
    line_en: str
    segment_id: int | None = None
    from_at: float | None = None
    until_at: float | None = None


class ChangeOfOffer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Only what is to change."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    product: str | msgspec.UnsetType = msgspec.UNSET
    margin_minor: int | msgspec.UnsetType = msgspec.UNSET
    line_es: str | msgspec.UnsetType = msgspec.UNSET
    line_en: str | msgspec.UnsetType = msgspec.UNSET
    segment_id: int | msgspec.UnsetType | None = msgspec.UNSET
    from_at: float | msgspec.UnsetType = msgspec.UNSET
    until_at: float | msgspec.UnsetType | None = msgspec.UNSET


class ChoiceForOffer(msgspec.Struct, kw_only=True):
    """Something to choose in the form of an offer."""

    key: str
    name: str


class ChoicesForOffer(msgspec.Struct, kw_only=True):
    """Products and segments of the account."""

    products: list[ChoiceForOffer]
    segments: list[ChoiceForOffer]


class UpliftFigures(msgspec.Struct, kw_only=True):
    """Shares that came to own the product; the uplift lies between `low` and `high` in 95 of 100 cases."""

    with_offer: float
    without: float
    uplift: float
    low: float
    high: float
    offered: int
    control: int


class OfferResults(msgspec.Struct, kw_only=True):
    """`measured`: decisions at least 30 days old. `uplift` None: too few yet. `feeling`: mean, 1 to 5."""

    made: int
    accepted: int
    declined: int
    feeling: float | None
    measured: int
    uplift: UpliftFigures | None


class NextOffer(msgspec.Struct, kw_only=True):
    """What to offer now; `decision_id` None: nothing (`why`: none_eligible, control_group)."""

    decision_id: int | None
    why: str
    name: str = ""
    product: str = ""
    line: str = ""
    answer: str | None = None


class OfferAnswer(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """accepted, declined, later or not_said; how he felt, 1 to 5; why."""

    answer: str
    feeling: int | None = None
    reason: str = ""


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _catalogue(operations)
    _next(operations)


def _catalogue(operations: Operations) -> None:
    @operations.add("GET", "/product-offers", READ, "Product offers, the latest first")
    def product_offers(call: Call, query: PageQuery) -> Listing[OfferOfProduct]:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> Listing[OfferOfProduct]:
            rows = [_offer(row, now) for row in offers.offers(session, account)]
            return page_of(rows, lambda row: row.offer_id, query.cursor, query.limit)

        return call.services.store.read(read)

    @operations.add("GET", "/product-offers/choices", READ, "Products and segments that an offer may name")
    def product_offer_choices(call: Call) -> ChoicesForOffer:
        account = call.principal.account_id
        return call.services.store.read(
            lambda s: ChoicesForOffer(
                products=[
                    ChoiceForOffer(key=row.key, name=row.name) for row in products.catalogue(s, account)
                ],
                segments=[
                    ChoiceForOffer(key=str(row.id), name=row.name) for row in segments.segments(s, account)
                ],
            )
        )

    @operations.add("GET", "/product-offers/{offer_id}", READ, "One product offer")
    def product_offer(call: Call, offer_id: str) -> OfferOfProduct:
        account, now = call.principal.account_id, call.services.now()
        return call.services.store.read(lambda s: _offer(offers.offer(s, account, number_of(offer_id)), now))

    @operations.add("POST", "/product-offers", MANAGE, "Offer a product")
    def add_product_offer(call: Call, body: NewOfferOfProduct) -> OfferOfProduct:
        changes = msgspec.to_builtins(body)
        if body.from_at is None:
            del changes["from_at"]
        return _save(call, changes)

    @operations.add("PATCH", "/product-offers/{offer_id}", MANAGE, "Change or end a product offer")
    def change_product_offer(call: Call, offer_id: str, body: ChangeOfOffer) -> OfferOfProduct:
        changes = msgspec.to_builtins(body)
        return _save(call, changes, offer_id=number_of(offer_id), expected_version=expected_version())

    @operations.add(
        "GET", "/product-offers/{offer_id}/results", READ, "What an offer brought, with its uplift"
    )
    def product_offer_results(call: Call, offer_id: str) -> OfferResults:
        account, now = call.principal.account_id, call.services.now()
        found = call.services.store.read(decisions.results, account, number_of(offer_id), now=now)
        return OfferResults(
            made=found.made,
            accepted=found.answers.get("accepted", 0),
            declined=found.answers.get("declined", 0),
            feeling=found.feeling,
            measured=found.measured,
            uplift=None
            if found.uplift is None
            else UpliftFigures(
                with_offer=found.uplift.with_offer,
                without=found.uplift.without,
                uplift=found.uplift.uplift,
                low=found.uplift.low,
                high=found.uplift.high,
                offered=found.uplift.offered,
                control=found.uplift.control,
            ),
        )


def _next(operations: Operations) -> None:
    @operations.add(
        "POST",
        "/customers/{customer_id}/next-offer",
        Permission.CUSTOMER_VALUE,
        "What to offer this customer now",
    )
    def next_offer(call: Call, customer_id: str) -> NextOffer:
        who, now = call.principal, call.services.now()

        def decide(session: Any) -> NextOffer:
            made = decisions.decide(session, who.account_id, number_of(customer_id), now=now)
            if made is None:
                return NextOffer(decision_id=None, why="none_eligible")
            if made.control:
                return NextOffer(decision_id=None, why="control_group")
            chosen = offers.offer(session, who.account_id, made.offer_id)
            return NextOffer(
                decision_id=made.id,
                why="offer",
                name=chosen.name,
                product=chosen.product.name,
                line=chosen.line_en if who.language == "en" else chosen.line_es,
                answer=made.answer,
            )

        return call.services.store.write(decide)

    @operations.add(
        "POST",
        "/offer-decisions/{decision_id}/answer",
        Permission.CUSTOMER_VALUE,
        "What the customer said to an offer",
    )
    def answer_offer(call: Call, decision_id: str, body: OfferAnswer) -> dict[str, Any]:
        said = {"given": body.answer, "feeling": body.feeling, "reason": body.reason}
        call.write(decisions.answer, number_of(decision_id), **said)
        return {}


def _save(call: Call, changes: dict[str, Any], **of: Any) -> OfferOfProduct:
    who, now = call.principal, call.services.now()
    return call.services.store.write(
        lambda s: _offer(offers.save(s, who.account_id, changes, by=who.login, now=now, **of), now)
    )


def _offer(row: offers.ProductOffer, now: float) -> OfferOfProduct:
    return OfferOfProduct(
        offer_id=row.id,
        name=row.name,
        product=row.product.key,
        product_name=row.product.name,
        margin_minor=row.margin_minor,
        segment_id=row.segment_id,
        segment=row.segment.name if row.segment else None,
        line_es=row.line_es,
        line_en=row.line_en,
        from_at=row.from_at,
        until_at=row.until_at,
        running=row.from_at <= now and (row.until_at is None or row.until_at > now),
        version=row.version,
    )
