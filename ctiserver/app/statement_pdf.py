"""A supplier's statement as a PDF: who, of which day, every invoice with its dates and state, and what is still owed.

In the supplier's language: sums and days are written as they are there (1.234.567 and 22-11-2026 in Spanish, 1,234,567
and 22 Nov 2026 in English). A currency has the decimals of ISO 4217. What is owed is what is not paid or disputed.
"""

import io
from collections import defaultdict
from datetime import datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from crm_core.statements import Line, Statement

_WITHOUT_DECIMALS = frozenset({"CLP", "PYG", "JPY", "KRW", "UGX"})
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OWED = ("received", "approved", "scheduled")
_WORDS = {
    "es": {
        "title": "Estado de cuenta de proveedor",
        "of": "Al {day}",
        "columns": ("Factura", "Fecha", "Vence", "Pago", "Estado", "Monto"),
        "owed": "Por pagar",
        "none": "No hay facturas registradas.",
        "page": "Página {number}",
        "received": "Recibida",
        "approved": "Aprobada",
        "scheduled": "Programada",
        "paid": "Pagada",
        "disputed": "En revisión",
    },
    "en": {
        "title": "Supplier statement",
        "of": "As of {day}",
        "columns": ("Invoice", "Date", "Due", "Payment", "Status", "Amount"),
        "owed": "To be paid",
        "none": "There are no invoices.",
        "page": "Page {number}",
        "received": "Received",
        "approved": "Approved",
        "scheduled": "Scheduled",
        "paid": "Paid",
        "disputed": "Under review",
    },
}


def file_name(statement: Statement) -> str:
    """How the file is called."""
    day = datetime.fromtimestamp(statement.made_at, ZoneInfo(statement.time_zone)).strftime("%Y-%m-%d")
    return f"{'estado-de-cuenta' if statement.language == 'es' else 'statement'}-{day}.pdf"


def money(amount_minor: int, currency: str, language: str) -> str:
    """A sum as it is written: "CLP 1.234.567", "USD 1,234.50"."""
    point, comma = (".", ",") if language == "es" else (",", ".")
    decimals = 0 if currency in _WITHOUT_DECIMALS else 2
    whole, part = divmod(abs(amount_minor), 10**decimals)
    written = f"{whole:,}".replace(",", point) + (f"{comma}{part:0{decimals}}" if decimals else "")
    return f"{currency} {'-' if amount_minor < 0 else ''}{written}"


def day(at: float | None, time_zone: str, language: str) -> str:
    """A day as it is written; "" for none."""
    if at is None:
        return ""
    local = datetime.fromtimestamp(at, ZoneInfo(time_zone))
    return f"{local:%d-%m-%Y}" if language == "es" else f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def pdf(statement: Statement) -> bytes:
    """The document, of as many pages as it needs."""
    words = _WORDS.get(statement.language, _WORDS["es"])
    styles = getSampleStyleSheet()
    made = io.BytesIO()
    layout = SimpleDocTemplate(
        made,
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
        title=str(words["title"]),
        author=statement.company,
    )
    who = statement.supplier + (f" · RUT {statement.rut}" if statement.rut else "")
    of_day = day(statement.made_at, statement.time_zone, statement.language)
    parts = [
        Paragraph(escape(statement.company), styles["Heading3"]),
        Paragraph(str(words["title"]), styles["Title"]),
        Paragraph(escape(who), styles["Normal"]),
        Paragraph(str(words["of"]).format(day=of_day), styles["Normal"]),
        Spacer(1, 8 * mm),
        _table(statement) if statement.lines else Paragraph(str(words["none"]), styles["Normal"]),
    ]
    for currency, owed in _owed(statement.lines).items():
        sum_ = f"<b>{words['owed']}: {money(owed, currency, statement.language)}</b>"
        parts += [Spacer(1, 4 * mm), Paragraph(sum_, styles["Normal"])]

    def foot(canvas: object, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 9)  # type: ignore[attr-defined]
        text = str(words["page"]).format(number=document.page)
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, text)  # type: ignore[attr-defined]

    layout.build(parts, onFirstPage=foot, onLaterPages=foot)
    return made.getvalue()


def _table(statement: Statement) -> Table:
    """Black lines and no shades: it must come through a fax."""
    words = _WORDS.get(statement.language, _WORDS["es"])
    rows = [list(words["columns"]), *(_row(line, statement) for line in statement.lines)]
    widths = [34 * mm, 25 * mm, 25 * mm, 25 * mm, 27 * mm, 38 * mm]
    table = Table(rows, colWidths=widths, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 10),
                ("FONT", (0, 1), (-1, -1), "Helvetica", 10),
                ("ALIGN", (-1, 0), (-1, -1), "RIGHT"),
                ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
                ("LINEBELOW", (0, 1), (-1, -1), 0.3, colors.black),
            ]
        )
    )
    return table


def _row(line: Line, statement: Statement) -> list[str]:
    words, language, zone = (
        _WORDS.get(statement.language, _WORDS["es"]),
        statement.language,
        statement.time_zone,
    )
    days = (day(at, zone, language) for at in (line.dated_at, line.due_at, line.paid_at))
    state = str(words.get(line.status, line.status))
    return [line.number, *days, state, money(line.amount_minor, line.currency, language)]


def _owed(lines: tuple[Line, ...]) -> dict[str, int]:
    """By currency, in the order in which they come."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.status in _OWED:
            sums[line.currency] += line.amount_minor
    return dict(sums)
