"""Tables to download: all customers, and the rows that an import rejected.

They are CSV in the reader's language, with nothing in them that an office program takes for a formula.
"""

from collections.abc import Iterator
from typing import Any

from flask import Response

from agent_console.api_imports import found
from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.roles import Permission
from crm_core import audit, customer_table, imports
from crm_core.import_mapping import FIELDS


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "GET",
        "/imports/{import_id}/rejects",
        Permission.IMPORT_CUSTOMERS,
        "Its rejected rows with reasons, CSV",
    )
    def import_rejects(call: Call, import_id: str) -> Any:
        job = found(call, import_id)
        texts = words(call.principal.language)
        rejected = call.services.store.read(imports.rejected, job.id)
        rows = [[texts["import_line"], *job.columns, texts["import_reasons"]]]
        for row in rejected:
            reasons = [_in_words(texts, field) for field, _ in row.reasons]
            rows.append([str(row.line), *row.cells, "; ".join(reasons)])
        return _csv("rejects.csv", iter([customer_table.csv_lines(rows)]))

    @add("GET", "/exports/customers", Permission.IMPORT_CUSTOMERS, "All customers as a table, CSV")
    def export_customers(call: Call) -> Any:
        who, services = call.principal, call.services
        services.store.write(
            audit.note,
            account_id=who.account_id,
            at=services.now(),
            by=who.login,
            action="export customers",
            subject=f"account {who.account_id}",
        )
        return _csv("customers.csv", _customers(call))


def _customers(call: Call) -> Iterator[str]:
    """Part by part, each read by itself, so that a slow download holds nothing open in the database."""
    texts, account_id = words(call.principal.language), call.principal.account_id
    yield customer_table.csv_lines([[texts[f"import_field_{field}"] for field in FIELDS]])
    after: int | None = 0
    while after is not None:
        part = call.services.store.read(customer_table.part, account_id, after)
        yield customer_table.csv_lines(part.rows)
        after = part.after


def _in_words(texts: dict[str, str], field: str) -> str:
    """What is wrong, in the reader's language; each field has one way to be wrong, or is too long."""
    if not field:
        return texts["import_wrong_row"]
    wrong = texts.get(f"import_wrong_{field}", texts["import_wrong_value"])
    return f"{texts[f'import_field_{field}']}: {wrong}"


def _csv(name: str, lines: Iterator[str]) -> Response:
    """With the mark by which office programs know UTF-8."""

    def text() -> Iterator[str]:
        yield "\ufeff"
        yield from lines

    answer = Response(text(), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
