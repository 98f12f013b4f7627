"""Requests and answers on the wire."""

import pytest

from ctiserver.bus.port import NoAnswer
from ctiserver.bus.wire import Question, decode_answer, decode_question, encode_answer, encode_question
from ctiserver.core.errors import CtiError, NotFound, Refusal


def test_a_question_arrives_as_it_was_asked() -> None:
    question = Question("7", "cti:reply.1", b"\x00\n")
    assert decode_question(encode_question(question)) == question


def test_an_answer_arrives_as_it_was_given() -> None:
    answer = decode_answer(encode_answer("7", b"yes"))
    assert (answer.request_id, answer.body_or_raise()) == ("7", b"yes")


def test_a_refusal_keeps_its_error_id_and_sentence() -> None:
    with pytest.raises(Refusal, match="No such agent") as refusal:
        decode_answer(encode_answer("7", Refusal("agent-unknown", "No such agent."))).body_or_raise()
    assert refusal.value.error_id == "agent-unknown"


@pytest.mark.parametrize("error", [CtiError("it broke"), NotFound("it broke")])
def test_any_other_error_is_no_answer(error: CtiError) -> None:
    with pytest.raises(NoAnswer, match="it broke"):
        decode_answer(encode_answer("7", error)).body_or_raise()
