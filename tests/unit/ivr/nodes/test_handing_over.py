from company import FLOW
from driven_ivr import CONTACT, LEG, nodes, plays
from single_node import AtNode

from ctiserver.core.commands import SetFuse
from ctiserver.core.events import FlowEntered, SurveyOffered
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.tables import Document, Number, Tables

OTHER = Document(version="other-1", content=FLOW | {"name": "other"})


def with_other_flow(flow: str = "other") -> AtNode:
    ivr = AtNode({"type": "say", "prompts": ["hello"], "next": "go"}, go={"type": "transfer", "flow": flow})
    tables = Tables(numbers=(Number(did="*", flow="main"),), flows={"other": OTHER})
    ivr.say(ConfigurationApplied(at=2.5, version="2", tables=tables))
    return ivr


def test_the_caller_goes_on_in_another_flow_with_what_is_known_of_him() -> None:
    ivr = with_other_flow()
    ivr.session.values["order"] = "77"
    said = ivr.heard()
    assert FlowEntered(at=4.0, contact=CONTACT, flow="other", flow_version="other-1") in said
    assert nodes(said) == ["go", "greeting"]
    assert plays(said) == [("greeting",)]
    assert ivr.session.values == {"order": "77"}


def test_a_flow_that_there_is_no_more_leaves_him_to_the_dialplan() -> None:
    assert with_other_flow("gone").heard()[-1] == SetFuse(leg=LEG, seconds=1.0)


def test_a_survey_node_asks_whether_he_takes_part() -> None:
    ivr = AtNode(
        {"type": "say", "prompts": ["hello"], "next": "ask"}, ask={"type": "survey", "survey": "satisfaction"}
    )
    said = ivr.heard()
    assert [one.survey for one in said if isinstance(one, SurveyOffered)] == ["satisfaction"]
    assert plays(said) == [("invitation",)]


def test_a_survey_that_there_is_no_more_is_a_goodbye() -> None:
    ivr = AtNode(
        {"type": "say", "prompts": ["hello"], "next": "ask"}, ask={"type": "survey", "survey": "gone"}
    )
    assert plays(ivr.heard()) == [("goodbye",)]
