"""The pages of a fax, for who works on its case."""

from typing import Any

from crm_core import faxes_in
from crm_core.faxes_in import FaxIn

PDF = b"%PDF-1.4 one page"


def test_the_pages_are_for_who_may_see_the_case(office: Any) -> None:
    one = FaxIn(
        contact_id="test-1.1",
        did="600",
        number="",
        language="es",
        arrived_at=1.0,
        ended_at=2.0,
        whole=True,
        pages=1,
        document=PDF,
    )
    folder = office.state_dir / "attachments"
    new = office.store.write(faxes_in.receive, folder, one, now=3.0)
    answer = office.browser("agent").get(f"/api/v1/cases/{new.id}/fax")
    assert (answer.status_code, answer.data, answer.content_type) == (200, PDF, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert office.browser("other").get(f"/api/v1/cases/{new.id}/fax").status_code == 404
    plain = office.browser("agent").post("/api/v1/cases", json={"kind": "help", "subject": "Sin fax"}).json
    assert office.browser("agent").get(f"/api/v1/cases/{plain['id']}/fax").status_code == 404


def test_a_file_of_his_is_faxed_once_however_often_it_is_asked_for(office: Any) -> None:
    agent = office.browser("agent")
    file = agent.post("/api/v1/customers/1/attachments?name=carta.pdf", data=PDF).json
    wish = {"attachment": file["number"], "number": "2 2111 0000", "key": "w-1"}
    first = agent.post("/api/v1/customers/1/faxes", json=wish)
    assert (first.status_code, first.json["state"], first.json["number"]) == (200, "waiting", "+56221110000")
    assert agent.post("/api/v1/customers/1/faxes", json=wish).json["id"] == first.json["id"]
    assert [one["id"] for one in agent.get("/api/v1/customers/1/faxes").json["items"]] == [first.json["id"]]
    for wrong in ({"number": "12"}, {"attachment": 99}):
        answer = agent.post("/api/v1/customers/1/faxes", json=wish | {"key": "w-2"} | wrong)
        assert answer.status_code in (404, 409, 422), answer.json
    assert office.browser("other").get("/api/v1/customers/1/faxes").json["items"] == []
