"""Whatever lists things gives them page by page, and whatever changes a thing asks which version it was made of."""

import typing
from typing import Any

import msgspec

from agent_console.api import OPERATIONS
from agent_console.operations import PREFIX, Operation

SHORT = {
    "colleagues": "those who are logged in and serve a queue",
    "find_callers": "the likeliest few",
    "search_customers": "the likeliest few",
    "owners_of_number": "who shares one number",
    "my_reminders": "what is due now",
    "my_figure_looks": "the latest hundred",
    "list_value_runs": "the last ten",
    "help_needed": "who needs a supervisor this very moment",
    "contact_passed_by": "those of one contact",
    "inversion_pairs": "the latest of an interval",
    "queues": "configuration",
    "dispositions": "configuration",
    "contact_reasons": "configuration",
    "pause_reasons": "configuration",
    "wrap_up_fields": "configuration",
    "my_flows": "configuration",
    "my_saved_numbers": "configuration",
    "announcement_list": "configuration",
    "announcement_sound_list": "bounded: announcement_sounds.MOST",
    "roles": "part of the program",
    "webhook_kinds": "part of the program",
    "segment_fields": "part of the program, and custom fields",
    "legal_profile_rows": "part of the program",
    "list_custom_fields": "configuration",
    "case_filters": "one's own and those of the company, by name",
    "list_case_targets": "a row for each kind and priority",
    "list_teams": "configuration",
    "visit_slots": "the half days of the next weeks that are free",
    "technicians_without_code": "the company's technicians who have none yet",
    "list_technicians": "the company's technicians, with what each has open",
    "list_parts": "the parts that are kept in stock",
    "my_survey_figures": "a row for each of his surveys' questions",
    "stock": "those parts, by store and van",
    "my_van": "those parts, in one van",
    "list_colleagues": "the company's users, to choose from",
    "list_scripts": "configuration",
    "answers_of_customer": "what one customer answered",
    "list_campaigns": "configuration",
    "campaign_sources": "segments, and the fifty newest imports, to choose from",
    "campaign_loads": "the lists of one campaign",
    "my_campaigns": "those that run in one's own queues",
    "my_lead_call_backs": "the next hundred that one has promised",
}
"""Lists that are given whole, and why they stay short."""
WHATEVER_IT_WAS = {
    "set_tags": "tags are given as a whole, and are no field of the record",
    "define_one_product": "a program keeps it in step by its key, and may send a version",
    "define_custom_field": "a program keeps it in step by its key, and may send a version",
}
"""Changes that do not ask for the version, and why."""
BY_KEY = "/by-key/"  # told again by a program that need not know what we have: it may send a version


def _is_list(row: Operation) -> bool:
    if row.method != "GET":
        return False
    origin = typing.get_origin(row.answer) or row.answer
    if origin is list:
        return True
    return isinstance(origin, type) and issubclass(origin, msgspec.Struct) and "next" in _fields(origin)


def _fields(of: Any) -> set[str]:
    return set(getattr(of, "__struct_fields__", ()))


def test_every_list_is_given_page_by_page_or_says_why_it_is_short() -> None:
    lists = {row.id: row for row in OPERATIONS.rows if _is_list(row) and "/configuration/" not in row.path}
    assert len(lists) > 40
    without = {id for id, row in lists.items() if not {"cursor", "limit"} <= _fields(row.query)}
    assert without == set(SHORT)
    for id, row in lists.items():
        assert id in SHORT or "next" in _fields(typing.get_origin(row.answer) or row.answer), id


def test_what_bears_a_version_is_changed_only_by_who_read_it(office: Any) -> None:
    browser = office.browser("administrator")
    changing = [row for row in OPERATIONS.rows if row.method in ("PUT", "PATCH") and BY_KEY not in row.path]
    versioned = [row for row in changing if "version" in _fields(row.answer)]
    assert len(versioned) > 10
    unasked = set()
    for row in versioned:
        path = PREFIX + row.path
        for name in row.parameters:
            path = path.replace(f"{{{name}}}", "1")
        if browser.open(path, method=row.method, json=_body(row)).status_code not in (403, 428):
            unasked.add(row.id)
    assert unasked == set(WHATEVER_IT_WAS)


def _body(row: Operation) -> dict[str, Any]:
    """The least that the operation takes."""
    return {
        field.encode_name: _value(field.type) for field in msgspec.structs.fields(row.body) if field.required
    }


def _value(of: Any) -> Any:
    info = msgspec.inspect.type_info(of)
    match info:
        case msgspec.inspect.StrType():
            return "x"
        case msgspec.inspect.DateType():
            return "2026-01-01"
        case msgspec.inspect.EnumType(cls=kind):
            return next(iter(kind)).value
        case msgspec.inspect.CollectionType():
            return []
        case msgspec.inspect.DictType():
            return {}
        case _:
            return 0


def test_lists_go_on_where_the_page_before_ended(office: Any) -> None:
    ann = office.browser("agent")
    path = f"{PREFIX}/customers/1/notes"
    for number in range(5):
        office.now += 1
        ann.post(path, json={"text": f"note {number}"})
    seen: list[str] = []
    page: dict[str, Any] = {"next": None}
    while not seen or page["next"]:
        page = ann.get(path, query_string={"limit": 2} | ({"cursor": page["next"]} if seen else {})).json
        assert len(page["items"]) <= 2
        seen += [row["text"] for row in page["items"]]
    assert seen == [f"note {number}" for number in (4, 3, 2, 1, 0)]
    boss = office.browser("administrator")
    first = boss.get(f"{PREFIX}/customers/1/access?limit=1").json
    assert first["next"] or len(first["items"]) <= 1
    assert ann.get(f"{path}?cursor=nonsense").json["error_id"] == "wrong_cursor"
