"""The technician's flow: it passes the checker, and closing an order fits into a minute by its prompts and keys.

No barge-in: each prompt is heard to its end, the first key comes 1.2 s later, each further one 0.4 s after the last.
"""

from pathlib import Path

import pytest

import ivr.demo
from ctiserver.app import actions, prompt_files
from ctiserver.core.config import Config
from ivr.flow import Flow, Menu
from ivr.flow_file import read_flow

FILE = Path(ivr.demo.__path__[0]) / "technician.toml"
REACTION_SECONDS, KEY_SECONDS = 1.2, 0.4
PLACE_SECONDS = 3.5
"""A street and the number of a house."""
STORE_SECONDS = 0.5
"""What the store takes for a step, at most; the check of a PIN is slow on purpose."""
WAY = (
    (("technician-code",), "11#", 1),
    (("technician-pin",), "4821", 2),
    (("order-current", "{name:place}", "order-current-keys"), "1", 1),
    (("closing-menu",), "1", 1),
    (("closing-done", "closing-confirm"), "1", 1),
    (("order-closed", "order-next", "{name:place}"), "", 0),
)
"""What is heard, what is pressed then, and how many steps of the store follow."""
A_PART = ((("part-ask",), "1#", 1), (("closing-done", "closing-confirm"), "1", 0))


def flow() -> Flow:
    manifest = prompt_files.load(Config().prompts.directory)
    found, _ = read_flow(
        FILE.read_text(),
        str(FILE),
        prompts=set(manifest.prompts),
        queues={"servicio", "tecnico", "emergencia"},
        actions=actions.specs(),
    )
    return found


def seconds(way: tuple[tuple[tuple[str, ...], str, int], ...], language: str) -> float:
    prompts = prompt_files.load(Config().prompts.directory).prompts
    total = 0.0
    for says, keys, steps in way:
        total += sum(PLACE_SECONDS if say.startswith("{") else prompts[say][language].seconds for say in says)
        total += REACTION_SECONDS + (len(keys) - 1) * KEY_SECONDS if keys else 0.0
        total += steps * STORE_SECONDS
    return total


def test_the_flow_passes_the_checker_and_every_node_says_what_it_is() -> None:
    found = flow()
    assert all(set(node.label) == {"es", "en"} for node in found.nodes.values())


def test_the_way_that_is_reckoned_is_the_flows() -> None:
    nodes = flow().nodes
    said = [say for node in nodes.values() for say in node.says()]
    assert {say for says, _, _ in (*WAY, *A_PART) for say in says} <= set(said)
    done = nodes["done"]
    assert isinstance(done, Menu)
    assert done.keys == {"1": "close", "2": "part", "3": "note", "4": "closing"}


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_order_is_closed_within_a_minute_from_the_answer(language: str) -> None:
    whole = seconds(WAY, language)
    with_part = whole + seconds(A_PART, language)
    known = seconds(WAY[2:], language)
    print(f"{language}: {whole:.1f} s, with a part {with_part:.1f} s, from a known number {known:.1f} s")
    assert known < whole < with_part < 60.0
