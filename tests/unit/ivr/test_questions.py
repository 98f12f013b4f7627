from company import queue
from driven_ivr import CONTACT, LEG, Driven, plays

from ctiserver.core.commands import Play, SetFuse, StartTimer
from ctiserver.core.events import SurveyAnswered, SurveyDeclined, SurveyEnded, SurveyOffered
from ctiserver.core.message import Message


def offered(**changes: object) -> Driven:
    """The agent left, the caller stayed."""
    ivr = Driven(**changes)  # type: ignore[arg-type]
    ivr.talks()
    ivr.offer = ivr.agent_leaves()  # type: ignore[attr-defined]
    return ivr


def outcomes(said: list[Message]) -> list[Message]:
    return [message for message in said if isinstance(message, SurveyAnswered | SurveyDeclined | SurveyEnded)]


def answered(question: str, raw: str, value: int) -> SurveyAnswered:
    return SurveyAnswered(
        at=5.0, contact=CONTACT, survey="satisfaction", question=question, raw=raw, value=value
    )


def ended(*, complete: bool, at: float = 5.0) -> SurveyEnded:
    return SurveyEnded(at=at, contact=CONTACT, survey="satisfaction", complete=complete)


def test_the_caller_who_stayed_is_asked_whether_he_takes_part() -> None:
    ivr = offered()
    assert ivr.offer == [  # type: ignore[attr-defined]
        SetFuse(leg=LEG, seconds=60.0, refresh_seconds=20.0),
        SurveyOffered(at=50.0, contact=CONTACT, survey="satisfaction", version="survey-1", agent="ann"),
        Play(playback=ivr.session.playback, leg=LEG, says=("invitation",), language="es"),
    ]
    assert ivr.heard(at=55.0) == [StartTimer(timer=f"ivr:key:{CONTACT}", due_at=61.0)]


def test_two_answers_complete_it_and_the_caller_is_thanked_and_hung_up() -> None:
    ivr = offered()
    said = [ivr.press("1"), ivr.press("5"), ivr.press("2")]
    assert [plays(part) for part in said] == [[("how-well",)], [("solved",)], [("thanks",)]]
    assert outcomes([message for part in said for message in part]) == [
        answered("satisfaction", "5", 5),
        answered("solved", "2", 0),
        ended(complete=True),
    ]
    assert [type(message).__name__ for message in ivr.heard()] == ["DropLeg"]
    assert ivr.press("1") == []


def test_who_would_rather_not_hears_goodbye() -> None:
    ivr = offered()
    said = ivr.press("2")
    assert outcomes(said) == [SurveyDeclined(at=5.0, contact=CONTACT, survey="satisfaction")]
    assert plays(said) == [("goodbye",)]


def test_a_wrong_key_asks_again_and_three_in_a_row_end_the_survey() -> None:
    ivr = offered()
    ivr.press("1")
    assert plays(ivr.press("77")) == [("survey-invalid", "how-well")] * 2
    said = ivr.press("7")
    assert outcomes(said) == [ended(complete=False)]
    assert plays(said) == [("goodbye",)]


def test_silence_counts_like_a_wrong_key_and_what_was_answered_counts() -> None:
    ivr = offered()
    first = ivr.press("15")
    for _ in range(2):
        ivr.heard()
        assert plays(ivr.silence()) == [("survey-invalid", "solved")]
    ivr.heard()
    assert outcomes([*first, *ivr.silence()]) == [
        answered("satisfaction", "5", 5),
        ended(complete=False, at=9.0),
    ]


def test_each_question_counts_its_own_mistakes() -> None:
    ivr = offered()
    ivr.press("33")
    ivr.press("1")
    ivr.press("77")
    assert outcomes(ivr.press("5")) == [answered("satisfaction", "5", 5)]


def test_a_question_that_could_not_be_played_is_answered_all_the_same() -> None:
    ivr = offered()
    ivr.heard(failed=True)
    assert plays(ivr.press("1")) == [("how-well",)]


def test_the_emergency_and_the_operator_keys_are_answers_like_others_here() -> None:
    assert plays(offered().press("9")) == [("survey-invalid", "invitation")]


def test_a_queue_without_a_survey_says_goodbye() -> None:
    ivr = offered(queues=(queue("service", survey=None),))
    assert [type(message).__name__ for message in ivr.offer] == ["SetFuse", "Play"]  # type: ignore[attr-defined]
    assert plays(ivr.offer) == [("goodbye",)]  # type: ignore[attr-defined]


def test_a_survey_that_was_removed_says_goodbye() -> None:
    assert plays(offered(surveys={}).offer) == [("goodbye",)]  # type: ignore[attr-defined]


def test_who_is_not_left_behind_is_not_asked() -> None:
    ivr = Driven()
    ivr.talks()
    assert ivr.agent_leaves(caller_stays=False) == []
