"""Letters over REST: what became of them, and trying one again."""

from typing import Any

from crm_core import letters, outbox
from crm_core.outbox import OutboxItem


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
