"""Letters over REST: what became of them, and trying one again."""

from typing import Any

from crm_core import letters, outbox
from crm_core.contact_points import keep_email
from crm_core.outbox import OutboxItem
from crm_core.provenance import UNKNOWN_ORIGIN


def write(office: Any, letter_id: str, customer_id: int, **more: Any) -> None:
    body = {"permit": 1, "customer_id": customer_id, "pii_address": "rosa@example.cl"}
    body |= {"template": "outage_over", "subject": "Corte", "text": "ya está"}
    office.store.write(
        outbox.post,
        letter_id,
        letters.OUTBOX_KIND,
        body,
        due_at=5.0,
        target=f"customer {customer_id}",
        **more,
    )


def test_letters_are_listed_by_customer_and_state_in_the_readers_words(office: Any) -> None:
    write(office, "case.1", 1)
    write(office, "dial:2", 2)
    write(office, "theirs", 3, account_id=2)

    def refuse(session: Any) -> None:
        item = session.get_one(OutboxItem, "dial:2")
        item.dead_at, item.last_error = 9.0, "550 no such user"

    office.store.write(refuse)
    agent = office.browser("agent")
    (first,) = agent.get("/api/v1/letters?customer_id=1").json["items"]
    assert (first["id"], first["state"], first["subject"]) == ("case.1", "waiting", "Solucionado: Corte")
    page = agent.get("/api/v1/letters?limit=1").json
    behind = agent.get(f"/api/v1/letters?limit=1&cursor={page['next']}").json
    assert ([one["id"] for one in behind["items"]], behind["next"]) == (["dial:2"], None)
    (refused,) = agent.get("/api/v1/letters?state=refused").json["items"]
    assert (refused["id"], refused["at"], refused["error"]) == ("dial:2", 9.0, "550 no such user")
    assert agent.get("/api/v1/letters?state=lost").json["error_id"] == "wrong_state"
    assert [one["id"] for one in office.browser("other").get("/api/v1/letters").json["items"]] == ["theirs"]
    again = agent.post("/api/v1/letters/dial:2/again")
    assert (again.json["state"], again.json["at"]) == ("waiting", office.now)
    assert agent.post("/api/v1/letters/theirs/again").status_code == 404


WISH = {
    "address": "Rosa@example.cl ",
    "purpose": "service",
    "subject": " Su\r\nvisita ",
    "text": "Hola:\n\nmañana a las 9.",
    "key": "w-1",
}


def has_mail(office: Any) -> None:
    office.store.write(keep_email, 1, 1, "rosa@example.cl", origin=UNKNOWN_ORIGIN, now=1.0)


def test_a_person_writes_to_a_customer_once_however_often_it_is_sent(office: Any) -> None:
    has_mail(office)
    agent = office.browser("agent")
    new = agent.post("/api/v1/customers/1/letters", json=WISH)
    assert (new.status_code, new.json["state"], new.json["by"]) == (200, "waiting", "agent")
    assert (new.json["to"], new.json["subject"]) == ("rosa@example.cl", "Su visita")
    assert agent.post("/api/v1/customers/1/letters", json=WISH).json == new.json
    assert len(agent.get("/api/v1/letters?customer_id=1").json["items"]) == 1
    whole = agent.get(f"/api/v1/letters/{new.json['id']}").json
    assert (whole["text"], whole["files"]) == (WISH["text"], [])
    other = office.browser("other")
    assert other.get(f"/api/v1/letters/{new.json['id']}").status_code == 404
    assert other.post("/api/v1/customers/1/letters", json=WISH).status_code == 404


def test_who_may_not_be_written_to_is_told_with_the_rule_and_nothing_is_kept(office: Any) -> None:
    has_mail(office)
    agent = office.browser("agent")
    for wrong, error_id in (
        ({"text": " "}, "empty_letter"),
        ({"subject": "x" * 300}, "letter_too_long"),
        ({"key": ""}, "key_required"),
        ({"address": "else@example.cl"}, "not_permitted"),
    ):
        answer = agent.post("/api/v1/customers/1/letters", json=WISH | wrong)
        assert (answer.status_code, answer.json["error_id"]) == (409, error_id)
    assert agent.post("/api/v1/customers/1/letters", json=WISH | {"purpose": "fun"}).status_code == 400
    agent.post("/api/v1/do-not-call", json={"address": "rosa@example.cl", "source": "call"})
    told = agent.post("/api/v1/customers/1/letters", json=WISH).json
    assert (told["error_id"], "Pidió" in told["detail"]) == ("not_permitted", True)
    assert agent.get("/api/v1/letters?customer_id=1").json["items"] == []
