"""Personal data over REST: handed out as one file, held back by law, erased."""

import io
import json
from typing import Any
from zipfile import ZipFile

from crm_core import attachments, audit
from crm_core.customer_notes import write_note
from crm_core.interactions import Interaction, Segment
from crm_core.provenance import UNKNOWN_ORIGIN

BOSS, ROSA = "administrator", "/api/v1/customers/1"


def furnish(office: Any) -> None:
    """Rosa has a note, a file, and a call of long ago that was recorded; a second recording is lost."""
    now = {"account_id": 1, "last_epoch": 1, "last_seq": 1, "last_n": 1}

    def change(session: Any) -> None:
        write_note(session, 1, 1, "Tiene un perro", by="agent", at=5.0)
        folder = office.state_dir / "attachments"
        attachments.attach(session, folder, 1, 1, "../carné.txt", b"RUT 1-9", origin=UNKNOWN_ORIGIN, now=6.0)
        call = Interaction(
            id="c-1", customer_id=1, ani="+56922220001", arrived_at=100.0, ended_at=200.0, **now
        )
        for ordinal, name in ((1, "rec-1"), (2, "rec-2")):
            call.segments.append(Segment(ordinal=ordinal, agent="agent", queue="sales", answered_at=110.0))
            call.segments[-1].recording = name
        session.add(call)

    office.store.write(change)
    office.now = 100_000.0
    spool = office.state_dir / "asterisk" / "spool" / "recording"
    spool.mkdir(parents=True)
    (spool / "rec-1.wav").write_bytes(b"RIFF" * 50_000)


def test_everything_known_of_a_person_comes_as_one_file_in_the_readers_language(office: Any) -> None:
    furnish(office)
    answer = office.browser(BOSS).get(f"{ROSA}/personal-data/file")
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    archive = ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    names = set(archive.namelist())
    assert {"index.html", "data/customers.json", "files/attachments/1-carné.txt"} <= names
    assert archive.read("files/recordings/rec-1.wav") == b"RIFF" * 50_000
    (rosa,) = json.loads(archive.read("data/customers.json"))
    assert (rosa["name"], rosa["created_at"]) == ("Rosa", "1969-12-31T21:00:00-03:00")
    assert [row["text"] for row in json.loads(archive.read("data/customer_notes.json"))] == ["Tiene un perro"]
    assert len(json.loads(archive.read("data/segments.json"))) == 2
    page = archive.read("index.html").decode()
    assert "Datos personales: Rosa" in page
    assert "customer_notes.json" in page
    assert "files/recordings/rec-2" in page.partition("ya no están")[2]
    rows = office.store.read(audit.newest, 1)
    assert (rows[0].action, rows[0].subject, rows[0].by) == ("export personal data", "customer 1", BOSS)


def test_what_an_erasure_would_do_is_told_before(office: Any) -> None:
    furnish(office)
    told = office.browser(BOSS).get(f"{ROSA}/personal-data").json
    assert (told["name"], told["files"], told["forbidden_id"]) == ("Rosa", 3, "")
    fates = {(one["group"], one["why"]): one["rows"] for one in told["fates"]}
    assert fates["notes", ""] == 2
    assert fates["contacts", "reports"] == 3
    assert fates["person", "books"] == 1


def test_an_erasure_needs_the_name_and_leaves_nobody(office: Any) -> None:
    furnish(office)
    browser = office.browser(BOSS)
    wrong = browser.post(f"{ROSA}/erasure", json={"confirmation": "Rosita", "ground": "asked"})
    assert (wrong.status_code, wrong.json["error_id"]) == (409, "wrong_confirmation")
    done = browser.post(f"{ROSA}/erasure", json={"confirmation": " rosa ", "ground": "asked"}).json
    assert (done["customer_id"], done["files_left"]) == (1, 3)
    assert browser.get("/api/v1/erasures").json["items"] == [done]
    assert browser.get(f"{ROSA}/record").status_code == 404
    assert browser.get(f"{ROSA}/personal-data").status_code == 404
    assert office.browser("other").get("/api/v1/erasures").json["items"] == []


def test_a_legal_hold_is_set_told_and_lifted(office: Any) -> None:
    browser = office.browser(BOSS)
    assert browser.post(f"{ROSA}/legal-holds", json={"reason": " "}).json["error_id"] == "wrong_reason"
    hold = browser.post(f"{ROSA}/legal-holds", json={"reason": "juicio"}).json
    told = browser.get(f"{ROSA}/personal-data").json
    assert (told["forbidden_id"], told["holds"]) == ("legal_hold", [hold])
    refused = browser.post(f"{ROSA}/erasure", json={"confirmation": "Rosa", "ground": "asked"})
    assert refused.json["error_id"] == "legal_hold"
    lifted = browser.delete(f"{ROSA}/legal-holds/{hold['id']}").json
    assert lifted["lifted_by"] == BOSS
    assert browser.get(f"{ROSA}/personal-data").json["forbidden_id"] == ""
    assert office.browser("other").delete(f"{ROSA}/legal-holds/{hold['id']}").status_code == 404
