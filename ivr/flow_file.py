"""Reads a flow or a survey from its TOML text and reports every mistake at once, each with its line.

What can be wrong with a flow as a whole stands in `flow_mistakes`, with a node in its own class; in which words it is
told in `wrong`.
"""

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from ctiserver.core.actions import ActionSpec
from ctiserver.core.tables import Document
from ctiserver.core.toml_mistakes import Wrong, content_of, misshapen_in, refuse_if, wrong
from ivr import flow_mistakes
from ivr.flow import Flow, Node
from ivr.nodes.base import Known
from ivr.survey import Survey
from ivr.wrong import SENTENCES

_TEN = 10
NO_ACTIONS: Mapping[str, ActionSpec] = {}


def read_flow(
    text: str,
    path: str,
    *,
    prompts: Collection[str],
    queues: Collection[str],
    actions: Mapping[str, ActionSpec] = NO_ACTIONS,
    flows: Collection[str] | None = None,
    surveys: Collection[str] | None = None,
    stored: Collection[str] = (),
) -> tuple[Flow, Document]:
    """The flow and its document. Raises ConfigError with all mistakes, each as `path:line`.

    `flows`, `surveys`: the names that there are; None: nobody can tell. `stored`: what the customer store may hold.
    """
    flow = read_sketch(text, path)
    known = Known(
        prompts=prompts,
        queues=queues,
        actions=actions,
        flows=flows,
        surveys=surveys,
        stored=stored,
        languages=flow.languages,
    )
    refuse_if(flow_mistakes.mistakes(flow, known), text, path, SENTENCES)
    return flow, _document(text, _content(text, path))


def read_sketch(text: str, path: str) -> Flow:
    """The flow as far as it is written: what it names may not be there. Raises ConfigError for what is no flow."""
    content = _content(text, path)
    refuse_if(_shape(content), text, path, SENTENCES)
    return msgspec.convert(content, Flow)


def read_survey(text: str, path: str, *, prompts: Collection[str]) -> tuple[Survey, Document]:
    """The survey and its document. Raises ConfigError with all mistakes, each as `path:line`."""
    content = content_of(text, path, SENTENCES)
    refuse_if(misshapen_in(Survey, content, ()), text, path, SENTENCES)
    survey = msgspec.convert(content, Survey)
    refuse_if(_survey_mistakes(survey, prompts), text, path, SENTENCES)
    return survey, _document(text, content)


def _content(text: str, path: str) -> dict[str, Any]:
    content = content_of(text, path, SENTENCES)
    content["nodes"] = content.pop("node", {})
    return content


def _document(text: str, content: dict[str, Any]) -> Document:
    return Document(version=sha256(text.encode()).hexdigest()[:16], content=content)


def _shape(content: dict[str, Any]) -> Iterator[Wrong]:
    """What is no flow at all: missing, unknown and mistyped keys, node by node so that all are found."""
    nodes = content["nodes"]
    if not isinstance(nodes, dict):
        yield wrong(("node",), "node_is_a_value")
        return
    yield from misshapen_in(Flow, content | {"nodes": {}}, ())
    for name, node in nodes.items():
        yield from misshapen_in(Node, node, ("node", name))


def _opt_out_mistakes(survey: Survey) -> Iterator[Wrong]:
    key = survey.opt_out_key
    if key and key not in flow_mistakes.KEYS:
        yield wrong(("opt_out_key",), "not_a_key", key=key)
    for other in ("accept_key", "decline_key"):
        if key and key == getattr(survey, other):
            yield wrong(("opt_out_key",), "key_used_twice", key=key, one=other, other="opt_out_key")


def _survey_mistakes(survey: Survey, prompts: Collection[str]) -> Iterator[Wrong]:
    if not 1 <= len(survey.question) <= _TEN:
        yield wrong(("question",), "too_many_questions", most=_TEN, number=len(survey.question))
    for at, prompt in (
        ("invitation", survey.invitation),
        ("thanks", survey.thanks),
        ("invalid", survey.invalid),
    ):
        if prompt not in prompts:
            yield wrong((at,), "no_prompt", prompt=prompt)
    yield from _opt_out_mistakes(survey)
    seen: set[str] = set()
    for index, question in enumerate(survey.question):
        here = ("question", str(index))
        if question.prompt not in prompts:
            yield wrong((*here, "prompt"), "no_prompt", prompt=question.prompt)
        if question.key in seen:
            yield wrong((*here, "key"), "question_twice", key=question.key)
        seen.add(question.key)
        if question.kind != "choice" and question.keys:
            yield wrong((*here, "keys"), "keys_are_given", kind=question.kind)
        elif question.kind == "choice" and (not question.keys or set(question.keys) - flow_mistakes.KEYS):
            yield wrong((*here, "keys"), "question_keys")
