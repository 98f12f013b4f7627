"""Faxes: the pages that a case came with."""

from pathlib import Path
from typing import Any

from flask import Response

from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import case_fax, cases
from ctiserver.core.errors import NotFound
from ctiserver.process import folders


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/cases/{case_id}/fax", Permission.CASES, "The fax that a case came with, as a PDF")
    def case_pages(call: Call, case_id: str) -> Any:
        account_id, number = call.principal.account_id, number_of(case_id)

        def read(session: Any) -> case_fax.CaseFax:
            cases.case(session, account_id, number)
            found = case_fax.fax_of(session, account_id, number)
            if found is None:
                raise NotFound(f"case {number} did not come with the pages of a fax")
            return found

        found = call.services.store.read(read)
        return _pdf(found.name, case_fax.content_of(_folder(call), account_id, found))


def _folder(call: Call) -> Path:
    return folders.attachments_dir(call.services.config)


def _pdf(name: str, content: bytes) -> Response:
    """For the browser's own viewer; the policy that comes with it lets no script run."""
    answer = Response(content, content_type=case_fax.CONTENT_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
