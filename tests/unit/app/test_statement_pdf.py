"""A statement as it is read: money, days and words of its language, on as many pages as it needs, and through a fax."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from crm_core.statements import Line, Statement
from ctiserver.app import fax_pages
from ctiserver.app.statement_pdf import day, file_name, money, pdf

DAY = 86_400.0
NOW = 1_790_000_000.0  # 21 September 2026, 10:33 in Santiago


def line(number: str, status: str = "scheduled", amount: int = 1_234_567, currency: str = "CLP") -> Line:
    return Line(
        number=number,
        status=status,
        dated_at=NOW - 30 * DAY,
        due_at=NOW,
        paid_at=NOW + DAY if status in ("scheduled", "paid") else None,
        amount_minor=amount,
        currency=currency,
    )


STATEMENT = Statement(
    company="Gas del Valle <S.A.>",
    supplier="Ñandú & Cía.",
    rut="12345678-5",
    language="es",
    time_zone="America/Santiago",
    made_at=NOW,
    lines=(line("F-1001"), line("F-1000", "paid"), line("F-999", "approved", 100_050, "USD")),
)


def text_of(statement: Statement) -> str:
    document = pypdfium2.PdfDocument(pdf(statement))
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_it_says_who_what_when_and_what_is_owed_in_spanish() -> None:
    text = text_of(STATEMENT)
    for part in (
        "Gas del Valle <S.A.>",
        "Ñandú & Cía. · RUT 12345678-5",
        "Al 21-09-2026",
        "F-1001",
        "22-09-2026",
        "Programada",
        "CLP 1.234.567",
        "USD 1.000,50",
        "Por pagar: CLP 1.234.567",
        "Por pagar: USD 1.000,50",
        "Página 1",
    ):
        assert part in text, text
    assert file_name(STATEMENT) == "estado-de-cuenta-2026-09-21.pdf"


def test_it_is_english_for_who_speaks_english() -> None:
    english = replace(STATEMENT, language="en")
    text = text_of(english)
    for part in ("As of 21 Sep 2026", "Scheduled", "CLP 1,234,567", "USD 1,000.50"):
        assert part in text, text
    assert file_name(english) == "statement-2026-09-21.pdf"


def test_without_invoices_it_says_so() -> None:
    assert "No hay facturas registradas." in text_of(replace(STATEMENT, lines=()))


def test_a_long_one_has_its_head_on_every_page_and_goes_through_a_fax(tmp_path: Path) -> None:
    document = pdf(replace(STATEMENT, lines=tuple(line(f"F-{n}") for n in range(120))))
    read = pypdfium2.PdfDocument(document)
    pages = [page.get_textpage().get_text_range() for page in read]
    read.close()
    assert len(pages) > 2
    assert all("Factura" in page for page in pages)
    assert fax_pages.write_tiff(document, tmp_path / "fax.tif") == len(pages)


@pytest.mark.parametrize(
    ("minor", "currency", "es", "en"),
    [
        (0, "CLP", "CLP 0", "CLP 0"),
        (-1500, "CLP", "CLP -1.500", "CLP -1,500"),
        (5, "USD", "USD 0,05", "USD 0.05"),
        (123456789, "EUR", "EUR 1.234.567,89", "EUR 1,234,567.89"),
    ],
)
def test_money_has_the_marks_of_the_language_and_the_decimals_of_the_currency(
    minor: int, currency: str, es: str, en: str
) -> None:
    assert (money(minor, currency, "es"), money(minor, currency, "en")) == (es, en)


def test_a_day_is_that_of_the_companys_place() -> None:
    just_before_midnight = 1_790_045_999.0  # 02:59:59 UTC
    assert day(just_before_midnight, "America/Santiago", "es") == "21-09-2026"
    assert day(just_before_midnight, "UTC", "es") == "22-09-2026"
    assert day(None, "UTC", "es") == ""
