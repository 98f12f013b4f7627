"""The file of `ctiserver simulate acd`."""

from pathlib import Path

import pytest

from acd.accumulating import Terms
from ctiserver.app.simulated_center_file import read_plan
from ctiserver.core.errors import ConfigError

SMALL = """
discipline = ["fifo", "accumulating"]
calls = 500
seeds = 2
seed = 7

[queues.gas]
requires = { gas = 50 }

[[classes]]
name = "A"
calls_per_hour = 30
service_seconds = 100
patience_seconds = 300
value = 10
head_start_seconds = 120
slope = 4
ceiling_seconds = 200

[[classes]]
name = "leak"
calls_per_hour = 10
service_seconds = 200
queue = "gas"

[[agents]]
name = "simple"
count = 2
queues = ["queue"]

[[agents]]
name = "able"
count = 3
skills = { gas = 80 }
"""


def mistakes(file: Path, text: str) -> dict[str, str]:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_plan(file)
    return {one.path.partition(": ")[2]: one.message for one in caught.value.mistakes}


def test_a_file_says_who_calls_who_serves_and_what_is_compared(tmp_path: Path) -> None:
    file = tmp_path / "center.toml"
    file.write_text(SMALL)
    plan = read_plan(file)
    assert plan.disciplines == ("fifo", "accumulating")
    assert plan.seeds == (7, 8)
    world = plan.world
    assert (world.calls, world.warm_up_calls, world.service_level_seconds) == (500, 5000, 20.0)
    simple, able = world.pools
    assert world.served_by(simple) == {"queue": 0}
    assert world.served_by(able) == {"gas": 0, "queue": 0}, "without a list all queues alike"
    assert world.terms(world.classes[0]) == Terms(), "first come, first served"


def test_every_mistake_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "center.toml"
    assert mistakes(
        file,
        """
        call = 3
        calls = 2.5
        discipline = "lifo"
        [queues.nobody]
        requires = { gas = 50 }
        [queues.bad]
        requires = { gas = 101 }
        [[classes]]
        name = "A"
        calls_per_hour = 0
        colour = "red"
        [[classes]]
        name = "A"
        calls_per_hour = 1
        service_seconds = true
        queue = 3
        [[agents]]
        count = 0
        queues = ["other"]
        skills = { gas = "much" }
        """,
    ).keys() == {
        "call",
        "calls",
        "discipline",
        "queues.nobody",
        "queues.bad",
        "classes[0].calls_per_hour",
        "classes[0].colour",
        "classes[0].service_seconds",
        "classes[1].service_seconds",
        "classes[1].queue",
        "classes[1].name",
        "agents[0].name",
        "agents[0].count",
        "agents[0].queues",
        "agents[0].skills",
    }
    assert mistakes(file, "queues = 3\nclasses = []").keys() == {"queues", "classes", "agents"}
    assert mistakes(file, "calls = ")
    file.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_plan(file)


def test_a_center_in_which_somebody_would_wait_for_ever_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "center.toml"
    assert "no agent serves gas" in mistakes(file, SMALL.replace("gas = 80", "gas = 20"))["classes[1].queue"]
    flooded = SMALL.replace("calls_per_hour = 10", "calls_per_hour = 90")
    assert "5.0 Erlangs to 5 agents" in mistakes(file, flooded)["classes"]
