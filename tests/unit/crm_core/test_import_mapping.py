"""Columns are recognised by their names; a row is right, or says everything that is wrong with it."""

import pytest

from crm_core.import_mapping import Rejected, check_mapping, guess, read_row
from ctiserver.core.errors import Refusal

MAPPING = {
    field: field for field in ("name", "rut", "birth_date", "phone", "phone_2", "email", "street", "city")
}


def row(**values: str) -> object:
    return read_row(dict.fromkeys(MAPPING, "") | values, country="CL", mapping=MAPPING)


def test_columns_are_recognised_by_what_they_are_called_here_and_elsewhere() -> None:
    assert guess(["NOMBRES", "Apellido Paterno", "R.U.T.", "Teléfono", "E-mail", "Color"]) == {
        "name": "NOMBRES",
        "surname": "Apellido Paterno",
        "rut": "R.U.T.",
        "phone": "Teléfono",
        "email": "E-mail",
    }
    assert guess(["First name", "Last Name", "Phone"]).keys() == {"name", "surname", "phone"}


def test_a_row_is_brought_into_the_form_in_which_it_is_kept() -> None:
    read = row(
        name=" Ana  María ",
        rut="12.345.678-5",
        birth_date="27-3-1984",
        phone="9 7188 4213",
        phone_2="+56971884213",
        email="Ana@Example.CL",
        street="Los Aromos 12",
    )
    assert read.fields == {"name": "Ana María", "rut": "12345678-5", "birth_date": "1984-03-27"}
    assert (read.phones, read.email) == (("+56971884213",), "ana@example.cl")
    assert read.address == {"street": "Los Aromos 12"}


def test_a_wrong_row_tells_all_its_mistakes_at_once() -> None:
    with pytest.raises(Rejected) as rejected:
        row(name="Ana", rut="12.345.678-9", phone="abc", email="ana", birth_date="31-02-1984")
    assert [field for field, _ in rejected.value.reasons] == ["phone", "email", "rut", "birth_date"]


def test_a_row_without_a_name_is_nobody() -> None:
    with pytest.raises(Rejected, match="name: missing"):
        row(rut="12.345.678-5")


def test_a_mapping_names_what_there_is() -> None:
    check_mapping({"name": "Nombre"}, ["Nombre"])
    for wrong in ({"name": "Nombres"}, {"rut": "Nombre"}, {"name": "Nombre", "shoe": "Nombre"}):
        with pytest.raises(Refusal):
            check_mapping(wrong, ["Nombre"])
