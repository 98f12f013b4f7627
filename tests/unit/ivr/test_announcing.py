"""Announcements are heard first, once, by whom they concern, and never on the way to an emergency."""

from typing import Any

from company import QUEUES, queue
from driven_ivr import LEG, LOOK_UP, Driven, plays

from ctiserver.core.customers import Candidate
from ctiserver.core.events import AnnouncementHeard
from ctiserver.core.inputs import CallArrived, LegAnswered, LookedUp
from ctiserver.core.message import Message
from ctiserver.core.tables import Announcement


def told(said: list[Message]) -> list[int]:
    return [one.announcement for one in said if isinstance(one, AnnouncementHeard)]


def calls(*announcements: Announcement, **changes: Any) -> Driven:
    return Driven(announcements=announcements, **changes)


def one(number: int = 1, **more: Any) -> Announcement:
    return Announcement(**{"id": number, "says": (f"news-{number}",)} | more)


def test_the_first_words_are_the_announcement_and_it_is_heard_once() -> None:
    ivr = calls(one(), one(2, says=("name:Sin gas",)))
    assert told(ivr.answered) == [1, 2]
    [first] = plays(ivr.answered)
    assert first[:2] == ("news-1", "name:Sin gas")
    assert len(first) > 2
    assert told(ivr.press("1")) == []


def test_only_within_its_time_and_for_its_own_account() -> None:
    ivr = calls(one(1, from_at=2.5), one(2, until_at=2.0), one(3, account_id=2), one(4, until_at=2.5))
    assert told(ivr.answered) == [4]


def test_one_for_a_queue_is_heard_by_who_comes_to_it_while_he_has_his_place() -> None:
    ivr = calls(one(queues=("service",)), one(2, queues=("sales",)))
    assert told(ivr.answered) == []
    said = ivr.press("0")
    assert told(said) == [1]
    assert plays(said)[-1][0] == "news-1"


def test_one_for_an_area_is_heard_as_soon_as_it_is_known_where_he_lives() -> None:
    ivr = calls(one(areas=("Ñuñoa",)))
    assert told(ivr.answered) == []
    rosa = Candidate(customer_id=7, pii_name="Rosa", value_class="A")
    ivr.say(LookedUp(at=2.2, look_up=LOOK_UP, candidates=(rosa,), announcements=(1,)))
    assert told(ivr.press("1")) == [1]


def test_nobody_hears_one_on_the_way_to_an_emergency() -> None:
    ivr = calls(
        one(queues=("emergency",)),
        one(2, areas=("x",)),
        queues=(*QUEUES[:2], queue("emergency", emergency=True)),
    )
    assert told([*ivr.press("9"), *ivr.heard()]) == []


def test_who_is_greeted_anew_in_his_language_hears_it_anew_in_it() -> None:
    ivr = calls(one())
    anna = Candidate(customer_id=7, pii_name="Anna", value_class="A", language="en")
    said = ivr.looked_up(anna, at=2.1)
    assert [play[0] for play in plays(said)] == ["news-1"]


def test_one_that_is_switched_on_now_is_heard_by_the_next_caller() -> None:
    ivr = Driven()
    assert told(ivr.answered) == []
    from company import configured

    ivr.say(configured(announcements=(one(),)))
    other: Any = "leg-2"
    ivr.say(CallArrived(at=8.0, leg=other, did="600", pii_number=""))
    assert told(ivr.say(LegAnswered(at=8.5, leg=other))) == [1]
    assert other != LEG
