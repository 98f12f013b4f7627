"""Tables over REST: uploaded, looked at, started, taken back; and downloads that no office program runs."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from agent_console import api_imports
from agent_console.pages import words
from crm_core import audit, import_mapping, import_run, import_undo, imports
from crm_core.customers import add_customer
from crm_core.table_files import open_table

BOSS = "supervisor"
TABLE = "Nombre;RUT;Teléfono\nAna Ñuñoa;12.345.678-5;9 7188 4213\nBruno;1-1;abc\n=HYPERLINK(1);;\n".encode(
    "latin-1"
)


def uploaded(office: Any, content: bytes = TABLE, login: str = BOSS) -> Any:
    return office.browser(login).post("/api/v1/imports?file_name=gente.csv", data=content)


def files(office: Any) -> list[Any]:
    folder = office.state_dir / "imports"
    return list(folder.iterdir()) if folder.exists() else []


def taken(office: Any, number: int) -> None:
    """What the jobs process does meanwhile."""
    job = office.store.read(imports.import_, 1, number)
    if job.state == "undoing":
        while office.store.write(import_undo.undo_chunk, number, now=20.0):
            pass
    else:
        table = open_table(office.state_dir / "imports" / job.stored_as)
        while office.store.write(import_run.take_chunk, number, table, now=10.0):
            pass


def rows_of(answer: Any) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""))


def test_a_table_is_uploaded_looked_at_started_and_taken_back(office: Any) -> None:
    browser = office.browser(BOSS)
    new = uploaded(office).json
    assert (new["state"], new["lines"], new["columns"]) == ("uploaded", 3, ["Nombre", "RUT", "Teléfono"])
    mapping, path = new["mapping"], f"/api/v1/imports/{new['id']}"
    assert mapping == {"name": "Nombre", "rut": "RUT", "phone": "Teléfono"}
    shown = browser.post(f"{path}/preview", json={"mapping": mapping}).json
    assert shown["problem"] == ""
    assert [[one["field"] for one in row["mistakes"]] for row in shown["rows"]] == [[], ["phone", "rut"], []]
    assert shown["rows"][0]["cells"] == ["Ana Ñuñoa", "12.345.678-5", "9 7188 4213"]
    assert browser.post(f"{path}/preview", json={"mapping": {}}).json["problem"] == "name_needed"
    assert browser.post(f"{path}/start", json={"mapping": {"name": "?"}}).json["error_id"] == "no_such_column"
    before = browser.get("/api/v1/exports/customers").get_data()
    assert browser.post(f"{path}/start", json={"mapping": mapping}).json["state"] == "running"
    assert browser.post(f"{path}/start", json={"mapping": mapping}).status_code == 409
    taken(office, new["id"])
    done = browser.get(path).json
    assert (done["state"], done["created"], done["rejected"], done["done"]) == ("done", 2, 1, 3)
    assert browser.get("/api/v1/exports/customers").get_data() != before
    assert browser.get(f"{path}/staying").json == {"customers": 0}
    assert browser.post(f"{path}/undo").json["state"] == "undoing"
    taken(office, new["id"])
    assert browser.get("/api/v1/imports").json["items"][0]["state"] == "undone"
    assert browser.get("/api/v1/exports/customers").get_data() == before
    told = [row.action for row in office.store.read(audit.newest, 1) if "import" in row.action]
    assert told == ["undo import", "start import", "upload import"]


def test_rejected_rows_come_back_with_their_reasons_in_the_readers_language(office: Any) -> None:
    new = uploaded(office).json
    office.store.write(imports.start, 1, new["id"], new["mapping"], by=BOSS, now=1.0)
    taken(office, new["id"])
    answer = office.browser(BOSS).get(f"/api/v1/imports/{new['id']}/rejects")
    assert "attachment" in answer.headers["Content-Disposition"]
    head, row = rows_of(answer)
    assert head[1:4] == ["Nombre", "RUT", "Teléfono"]
    assert row[:4] == ["3", "Bruno", "1-1", "abc"]
    assert row[4] == (
        "Teléfono: no es un número de teléfono; RUT: no es válido, revise también el dígito verificador"
    )


def test_no_cell_of_an_export_is_a_formula_and_an_export_can_be_imported(office: Any) -> None:
    office.store.write(add_customer, 1, now=1.0, name='=1+1, "x"', surname="Ñuñoa")
    answer = office.browser(BOSS).get("/api/v1/exports/customers")
    rows = list(rows_of(answer))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert import_mapping.guess(rows[0]) == dict(zip(import_mapping.FIELDS, rows[0], strict=True))
    new = uploaded(office, answer.get_data()).json
    office.store.write(imports.start, 1, new["id"], new["mapping"], by=BOSS, now=1.0)
    taken(office, new["id"])
    again = list(rows_of(office.browser(BOSS).get("/api/v1/exports/customers")))
    assert sorted(again[1:]) == sorted(rows[1:] * 2)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_heads_of_an_export_are_known_by_the_import_in_each_language(language: str) -> None:
    heads = [words(language)[f"import_field_{field}"] for field in import_mapping.FIELDS]
    assert import_mapping.guess(heads) == dict(zip(import_mapping.FIELDS, heads, strict=True))


@pytest.mark.parametrize(
    ("content", "error_id"),
    [(b"", "file_empty"), (b"name\n", "file_empty"), (b"\x00\x01\x02" * 999, "no_table")],
)
def test_junk_is_refused_in_a_sentence_and_nothing_of_it_stays(
    office: Any, content: bytes, error_id: str
) -> None:
    answer = uploaded(office, content)
    assert (answer.status_code, answer.json["error_id"]) == (409, error_id)
    assert len(answer.json["detail"]) > 20
    assert files(office) == []


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("it is read")

    monkeypatch.setattr(api_imports, "LARGEST_BYTES", len(TABLE) - 1)
    answer = office.browser(BOSS).post(
        "/api/v1/imports?file_name=x.csv",
        input_stream=Unread(TABLE),
    )
    assert (answer.status_code, answer.json["error_id"]) == (409, "file_too_large")
    assert files(office) == []


def test_nobody_sees_the_imports_of_another_company(office: Any) -> None:
    new = uploaded(office).json
    browser = office.browser("other")
    assert browser.get("/api/v1/imports").json["items"] == []
    assert browser.get(f"/api/v1/imports/{new['id']}/rejects").status_code == 404
    assert browser.post(f"/api/v1/imports/{new['id']}/undo").status_code == 404


def test_an_import_without_its_file_says_so(office: Any) -> None:
    new = uploaded(office).json
    (file,) = files(office)
    file.unlink()
    answer = office.browser(BOSS).post(f"/api/v1/imports/{new['id']}/preview", json={"mapping": {}})
    assert answer.json["error_id"] == "file_gone"
