from collections.abc import Iterable

from company import FLOW

from ctiserver.app import actions, prompt_files
from ctiserver.app.flow_trial import Trial
from ctiserver.core.tables import Document

WHO = {
    "type": "identify",
    "level": "verified",
    "by": ["rut"],
    "prompts": ["ask-rut"],
    "on_failure": "operator",
}
TOLD = {"type": "say", "prompts": ["balance-none"], "needs": "verified", "next": "bye"}


def walked(typed: Iterable[str]) -> list[str]:
    """What is written while these lines are typed."""
    menu = FLOW["nodes"]["main"] | {"keys": {"1": "told", "7": "bye"}}
    content = FLOW | {"identify": "who", "nodes": FLOW["nodes"] | {"who": WHO, "told": TOLD, "main": menu}}
    lines, written = iter(typed), list[str]()
    trial = Trial(
        Document(version="trial", content=content),
        ["service", "technical", "emergency"],
        prompt_files.load(),
        actions.specs(),
        lambda _prompt: next(lines, None),
        written.append,
    )
    trial.walk(1000.0)
    return written


def test_a_walk_is_written_as_a_caller_would_hear_it_up_to_the_end() -> None:
    written = walked(["1", "123456785", "found customer_id=7 name=Rosa", "4071", "right"])
    assert [line for line in written if line.startswith("[")] == [
        "[greeting]",
        "[main]",
        "[who]",
        "[told]",
        "[bye]",
    ]
    assert "  action find_customer {'rut': '12345678-5'}: found, unknown" in written
    assert "  Usted no tiene saldo pendiente." in written
    assert not any("4071" in line for line in written)
    assert written[-1] == "-> the end"


def test_an_empty_line_is_silence_or_an_action_that_fails_and_leads_to_a_person() -> None:
    assert walked(["", "", ""])[-1] == "-> queue service"
    assert walked(["1", "123456785", ""])[-1] == "-> queue service"


def test_the_walk_ends_with_the_input() -> None:
    assert walked([])[-1] == "  <menu-main>" or walked([])[-1].startswith("  ")
