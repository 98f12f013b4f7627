import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.phone_numbers import E164, PhoneKind, kind_of, normalise


@pytest.mark.parametrize(
    "written",
    [
        "+56971884213",
        "56971884213",
        "971884213",
        "9 7188 4213",
        "+56 9 7188-4213",
        "(9) 71884213",
        " 971884213 ",
        "tel:+56971884213",
        "sip:+56971884213@192.0.2.7:5060",
        "sip:971884213@example.com;user=phone",
    ],
)
def test_one_number_has_one_form(written: str) -> None:
    assert normalise(written, "CL") == "+56971884213"


def test_a_foreign_number_whose_plus_sign_was_lost_is_still_known() -> None:
    assert normalise("5491123456789", "CL") == "+5491123456789"
    assert normalise("+14155552671", "CL") == "+14155552671"


def test_the_country_of_the_account_decides_how_a_national_number_is_read() -> None:
    assert normalise("4155552671", "US") == "+14155552671"


def test_a_number_of_a_new_range_is_kept() -> None:
    assert normalise("+56912345678", "CL") == "+56912345678"


@pytest.mark.parametrize(
    "written",
    [
        None,
        *(
            "",
            " ",
            "anonymous",
            "Anonymous",
            "unknown",
            "sip:ann@example.com",
            "x" * 200,
            "\0",
            "' OR 1=1 --",
        ),
        *("+", "12", "133", "1001", "+56", "9" * 200, "٩٧١٨٨٤٢١٣", "971884213\n; DROP TABLE phones"),
    ],
)
def test_what_reaches_nobody_is_no_number(written: str | None) -> None:
    assert normalise(written, "CL") is None


@given(st.text(), st.sampled_from(["CL", "US", "XX", ""]))
def test_no_text_and_no_country_raises(text: str, country: str) -> None:
    found = normalise(text, country)
    assert found is None or normalise(found, country) == found


@given(st.text(alphabet="0123456789+-. ()", max_size=45))
def test_a_normal_form_stays_as_it_is(text: str) -> None:
    found = normalise(text, "CL")
    assert found is None or (found.startswith("+") and normalise(found, "US") == found)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+56971884213", PhoneKind.MOBILE),
        ("+56222293066", PhoneKind.LANDLINE),
        ("+34612345678", PhoneKind.MOBILE),
        ("+34912345678", PhoneKind.LANDLINE),
        ("+14155552671", PhoneKind.OTHER),
    ],
)
def test_the_numbering_plan_tells_the_kind_of_line(number: str, kind: PhoneKind) -> None:
    assert kind_of(E164(number)) is kind
