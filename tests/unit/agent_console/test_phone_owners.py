"""Which page is an agent's telephone."""

from agent_console.phone_owners import PhoneOwners


def _owners() -> tuple[PhoneOwners, list[tuple[str, str, bool]]]:
    told: list[tuple[str, str, bool]] = []
    return PhoneOwners(lambda *what: told.append(what)), told


def test_a_page_that_is_ready_makes_the_agent_present_and_its_end_absent() -> None:
    owners, told = _owners()
    assert owners.ready("ann", "page1") is None
    owners.gone("ann", "page1")
    assert told == [("ann", "page1", True), ("ann", "page1", False)]


def test_the_newest_page_takes_the_telephone_and_the_call() -> None:
    owners, told = _owners()
    owners.ready("ann", "page1")
    assert owners.ready("ann", "page2") == "page1"
    assert told[1:] == [("ann", "page1", False), ("ann", "page2", True)]
    owners.gone("ann", "page1")
    assert len(told) == 3


def test_a_page_that_registers_again_stays_the_owner() -> None:
    owners, told = _owners()
    owners.ready("ann", "page1")
    assert owners.ready("ann", "page1") is None
    assert told == [("ann", "page1", True)] * 2


def test_a_page_without_a_telephone_may_come_and_go() -> None:
    owners, told = _owners()
    owners.gone("ann", "page1")
    assert told == []
