"""Duplicates over REST: shown with the evidence, decided, taken back."""

from typing import Any

import msgspec

from crm_core import duplicates
from crm_core.customers import add_customer

BOSS, PAIRS = "supervisor", "/api/v1/duplicates"


def pair(office: Any) -> dict[str, Any]:
    """Two records of one woman, found."""
    for rut, surname in (("12345678-5", "Pérez"), (None, "Peres")):
        office.store.write(
            add_customer, 1, now=1.0, name="Rosa María", surname=surname, birth_date="1984-03-27", rut=rut
        )
    office.store.write(duplicates.search, 1, now=2.0)
    (found,) = office.browser(BOSS).get(PAIRS).json["items"]
    return dict(found)


def test_both_records_stand_side_by_side_with_what_speaks_for_and_against(office: Any) -> None:
    found = pair(office)
    assert (found["one"]["fields"]["name"], found["other"]["fields"]["name"]) == (
        ["Rosa María Pérez"],
        ["Rosa María Peres"],
    )
    assert (found["one"]["fields"]["rut"], found["other"]["fields"]["rut"]) == (["12345678-5"], [])
    assert set(found["evidence"]) == {"name", "birth_date"}
    assert min(found["evidence"].values()) > 0


def test_a_pair_is_merged_and_parted_again(office: Any) -> None:
    found, browser = pair(office), office.browser(BOSS)
    kept, path = found["one"]["customer_id"], f"{PAIRS}/{found['pair_id']}"
    merged = browser.post(f"{path}/decision", json={"keep": kept}).json
    assert merged["state"] == "merged"
    assert browser.get(PAIRS).json["items"] == []
    (merge,) = browser.get(f"/api/v1/customers/{kept}/merges").json["items"]
    assert (merge["id"], merge["kept_id"], merge["undone_at"]) == (merged["merge_id"], kept, None)
    assert browser.post(f"/api/v1/merges/{merge['id']}/undo").json["undone_by"] == BOSS
    assert [one["pair_id"] for one in browser.get(PAIRS).json["items"]] == [found["pair_id"]]
    assert browser.post(f"/api/v1/merges/{merge['id']}/undo").json["error_id"] == "already_undone"


def test_two_that_are_different_are_asked_about_no_more_until_that_is_taken_back(office: Any) -> None:
    found, browser = pair(office), office.browser(BOSS)
    path = f"{PAIRS}/{found['pair_id']}"
    assert browser.post(f"{path}/decision", json={"keep": None}).json["state"] == "different"
    office.store.write(duplicates.search, 1, now=9.0)
    assert browser.get(PAIRS).json["items"] == []
    assert browser.post(f"{path}/undo").json["state"] == "open"
    assert len(browser.get(PAIRS).json["items"]) == 1
    assert browser.post(f"{path}/undo").json["error_id"] == "nothing_decided"


def test_nobody_decides_about_customers_of_another_company(office: Any) -> None:
    found, browser = pair(office), office.browser("other")
    assert browser.get(PAIRS).json["items"] == []
    path = f"{PAIRS}/{found['pair_id']}"
    assert browser.post(f"{path}/decision", json={"keep": None}).status_code == 404
    assert browser.post(f"{path}/undo").status_code == 404


def test_a_search_is_asked_of_the_jobs_process_and_told_how_it_goes(office: Any) -> None:
    told = {"state": "comparing", "customers": 7, "new_pairs": 2, "began_at": 1.0, "ended_at": None}
    asked: list[tuple[str, bytes]] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append((kind, body))
        return msgspec.json.encode(told)

    office.engines.ask_job = answer
    browser = office.browser(BOSS)
    assert browser.post(f"{PAIRS}/search").json == told
    assert browser.get(f"{PAIRS}/search").json == told
    assert asked == [("search_duplicates", b'{"account_id":1}'), ("duplicate_search", b'{"account_id":1}')]
