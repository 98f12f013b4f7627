"""Tables are read as office programs write them, and what is none is refused in a sentence."""

from pathlib import Path

import openpyxl
import pytest

from crm_core import table_files
from crm_core.table_files import Reading, open_table, spreadsheet_safe
from ctiserver.core.errors import Refusal

ROWS = "Nombre;Teléfono\r\nÑandú Pérez;+56 9 1111 2222\r\n;\r\nJosé;\r\n"
READ = [(2, ["Ñandú Pérez", "+56 9 1111 2222"]), (4, ["José", ""])]


def written(folder: Path, content: bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_a_file_is_read_whatever_its_encoding(tmp_path: Path, encoding: str) -> None:
    table = open_table(written(tmp_path, ROWS.encode(encoding)))
    assert (table.columns, list(table.rows())) == (("Nombre", "Teléfono"), READ)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_file_is_read_whatever_its_delimiter(tmp_path: Path, delimiter: str) -> None:
    table = open_table(written(tmp_path, ROWS.replace(";", delimiter).encode()))
    assert list(table.rows()) == READ


def test_a_comma_inside_quotation_marks_parts_nothing(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b'name,city\n"Perez, Ana",Talca\n'))
    assert list(table.rows()) == [(2, ["Perez, Ana", "Talca"])]


def test_a_workbook_is_read_as_it_would_be_written_in_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Nombre", "RUT", "Fono"], ["Ana", 12345678.0, None], [None, None, None], ["José", "1-9", 5]):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    table = open_table(tmp_path / "people.xlsx")
    assert table.columns == ("Nombre", "RUT", "Fono")
    assert list(table.rows()) == [(2, ["Ana", "12345678", ""]), (4, ["José", "1-9", "5"])]


def test_reading_goes_on_behind_a_line(tmp_path: Path) -> None:
    assert list(open_table(written(tmp_path, ROWS.encode())).rows(after=2)) == READ[1:]


def test_a_reading_in_parts_goes_on_where_it_was_and_anew_where_it_is_told(tmp_path: Path) -> None:
    reading = Reading(open_table(written(tmp_path, b"name\nAna\nJose\nRosa\n")))
    assert next(reading.rows(1)) == (2, ["Ana"])
    (tmp_path / "people.csv").unlink()  # it is not opened again
    assert list(reading.rows(2)) == [(3, ["Jose"]), (4, ["Rosa"])]
    with pytest.raises(FileNotFoundError):
        list(reading.rows(2))


def test_a_cell_made_safe_for_spreadsheets_is_read_as_it_was(tmp_path: Path) -> None:
    cells = ["=1+1", "+56911112222", "-5", "@me", "'quoted'", "O'Higgins"]
    text = "\n".join(["name", *map(spreadsheet_safe, cells)])
    table = open_table(written(tmp_path, text.encode()))
    assert [row for _, [row] in table.rows()] == cells


def test_short_rows_are_filled_and_columns_without_or_with_the_same_name_get_a_number(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"name,,name\nAna\nJose,1,2,3,4\n"))
    assert table.columns == ("name", "#2", "name #3")
    assert [cells for _, cells in table.rows()] == [["Ana", "", ""], ["Jose", "1", "2"]]


@pytest.mark.parametrize(
    ("content", "error_id"),
    [
        (b"", "file_empty"),
        (b"  \n ", "file_empty"),
        (bytes(range(256)) * 100, "no_table"),
        (b"PK\x03\x04 but no archive", "no_table"),
        (b"a," * 300 + b"\n1\n", "too_many_columns"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes, error_id: str) -> None:
    with pytest.raises(Refusal) as refused:
        open_table(written(tmp_path, content))
    assert refused.value.error_id == error_id


def test_a_gigabyte_of_junk_is_refused_before_it_is_read(tmp_path: Path) -> None:
    junk = tmp_path / "junk.csv"
    with junk.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(Refusal, match="MB"):
        open_table(junk)


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "bomb.xlsx")
    monkeypatch.setattr(table_files, "_LARGEST_UNPACKED_BYTES", 1000)
    with pytest.raises(Refusal, match="unpacked"):
        open_table(tmp_path / "bomb.xlsx")


def test_a_line_with_an_endless_cell_says_which(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b'name\nAna\n"' + b"x" * 200_000))
    with pytest.raises(Refusal, match="line"):
        list(table.rows())


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\t=1"])
def test_no_cell_that_we_write_is_a_formula(cell: str) -> None:
    assert spreadsheet_safe(cell) == f"'{cell}"
    assert spreadsheet_safe("Ana = José") == "Ana = José"
