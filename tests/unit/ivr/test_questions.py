from typing import Any

import pytest
from company import SURVEY, queue
from driven_ivr import CONTACT, LEG, Driven, plays

from ctiserver.core.commands import Play, SetFuse, StartRecording, StartTimer, StopRecording
from ctiserver.core.events import (
    SurveyAccepted,
    SurveyAnswered,
    SurveyBegun,
    SurveyCommented,
    SurveyCommentKept,
    SurveyDeclined,
    SurveyEnded,
    SurveyOffered,
)
from ctiserver.core.inputs import RecordingFailed, RecordingStored
from ctiserver.core.message import Message
from ctiserver.core.tables import Document


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
        at=5.0, contact=CONTACT, survey="satisfaction", question=question, raw=raw, value=value, kind="choice"
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


# Kinds of questions


def asked(*questions: dict[str, Any]) -> Driven:
    """He takes part in a survey of these questions and hears the first."""
    document = Document(version=repr(questions), content=SURVEY | {"question": list(questions)})
    ivr = offered(surveys={"satisfaction": document})
    ivr.begun = ivr.press("1")  # type: ignore[attr-defined]
    return ivr


def values(said: list[Message]) -> list[tuple[str, str, int, str]]:
    return [
        (one.question, one.raw, one.value, one.measure) for one in said if isinstance(one, SurveyAnswered)
    ]


def test_who_takes_part_is_told_of_and_when_the_questions_begin() -> None:
    ivr = asked({"key": "q", "prompt": "how-well", "kind": "1-5"})
    assert (
        ivr.begun[:3]
        == [  # type: ignore[attr-defined]
            *ivr.begun[:1],  # type: ignore[attr-defined]
            SurveyAccepted(at=5.0, contact=CONTACT, survey="satisfaction"),
            SurveyBegun(
                at=5.0,
                contact=CONTACT,
                survey="satisfaction",
                version=ivr.session.survey_version,
                agent="ann",
            ),
        ]
    )


@pytest.mark.parametrize(
    ("kind", "keys", "raw", "value", "measure"),
    [
        ("1-5", "5", "5", 5, "csat"),
        ("1-7", "7", "7", 7, "grade"),
        ("0-10", "0", "0", 0, "nps"),
        ("0-10", "9", "9", 9, "nps"),
        ("0-10", "10", "10", 10, "nps"),
        ("0-10", "1#", "1", 1, "nps"),
        ("yes_no", "2", "2", 0, ""),
    ],
)
def test_each_kind_has_its_keys_and_what_it_measures(
    kind: str, keys: str, raw: str, value: int, measure: str
) -> None:
    ivr = asked({"key": "q", "prompt": "how-well", "kind": kind})
    assert values(ivr.press(keys)) == [("q", raw, value, measure)]


def test_on_a_scale_to_ten_a_one_waits_for_a_nought_and_counts_without() -> None:
    ivr = asked({"key": "q", "prompt": "how-well", "kind": "0-10"})
    ivr.heard()
    assert StartTimer(timer=f"ivr:key:{CONTACT}", due_at=7.0) in ivr.press("1")  # type: ignore[arg-type]
    assert values(ivr.silence()) == [("q", "1", 1, "nps")]
    again = asked({"key": "q", "prompt": "how-well", "kind": "0-10"})
    assert plays(again.press("15")) == [("survey-invalid", "how-well")]
    assert values(again.press("10")) == [("q", "10", 10, "nps")]


def test_a_question_may_measure_something_else_and_wrong_keys_are_asked_again() -> None:
    ivr = asked({"key": "easy", "prompt": "how-easy", "kind": "1-7", "measure": "ces"})
    assert plays(ivr.press("8")) == [("survey-invalid", "how-easy")]
    assert values(ivr.press("6")) == [("easy", "6", 6, "ces")]


COMMENT = {"key": "why", "prompt": "say-why", "kind": "comment", "longest_seconds": 30.0}


def test_a_comment_is_recorded_after_the_beep_until_the_hash_key() -> None:
    ivr = asked(COMMENT, {"key": "q", "prompt": "how-well", "kind": "1-5"})
    assert plays(ivr.begun) == [("say-why", "beep")]  # type: ignore[attr-defined]
    commented, start, timer = ivr.heard(at=8.0)
    assert isinstance(commented, SurveyCommented)
    assert start == StartRecording(recording=commented.recording, leg=LEG)
    assert timer == StartTimer(timer=f"ivr:key:{CONTACT}", due_at=38.0)  # type: ignore[arg-type]
    assert ivr.press("5") == []  # noise
    said = ivr.press("#")
    assert StopRecording(recording=commented.recording) in said
    assert plays(said) == [("how-well",)]
    ivr.press("5")
    ivr.hang_up()
    [kept] = ivr.say(RecordingStored(at=70.0, recording=commented.recording, seconds=4.5))
    assert kept == SurveyCommentKept(
        at=70.0,
        contact=CONTACT,
        survey="satisfaction",
        question="why",
        recording=commented.recording,
        seconds=4.5,
    )
    assert ivr.ivr.desk.comments == {}


def test_a_comment_ends_when_its_time_is_over_and_with_the_call() -> None:
    ivr = asked(COMMENT)
    [commented, *_] = ivr.heard()
    assert isinstance(commented, SurveyCommented)
    said = ivr.silence()
    assert StopRecording(recording=commented.recording) in said
    assert [one for one in said if isinstance(one, SurveyEnded)] == [ended(complete=True, at=9.0)]
    gone = asked(COMMENT)
    gone.heard()
    said = gone.hang_up()
    assert [type(one).__name__ for one in said if not isinstance(one, SurveyEnded)][1] == "StopRecording"
    assert [one.complete for one in said if isinstance(one, SurveyEnded)] == [False]


def test_a_comment_may_be_passed_over_and_a_lost_one_is_forgotten() -> None:
    ivr = asked(COMMENT)
    assert plays(ivr.press("#")) == [("thanks",)]
    lost = asked(COMMENT)
    [commented, *_] = lost.heard()
    assert isinstance(commented, SurveyCommented)
    assert lost.say(RecordingFailed(at=9.0, recording=commented.recording, reason="full")) == []
    assert lost.ivr.desk.comments == {}
