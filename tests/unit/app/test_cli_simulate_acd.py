"""What `ctiserver simulate acd` prints."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from acd.simulated_world import CallerClass, ClassOutcome, Outcome, Pool, World
from ctiserver.app.cli_simulate_acd import acd, as_text

CENTER = """
discipline = ["fifo", "priority"]
calls = 300
warm_up_calls = 20
seeds = 2
[[classes]]
name = "A"
calls_per_hour = 60
service_seconds = 100
value = 5
[[classes]]
name = "C"
calls_per_hour = 60
service_seconds = 100
[[agents]]
name = "all"
count = 4
"""


def test_every_figure_comes_with_its_interval_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "center.toml"
    file.write_text(CENTER)
    acd(Namespace(file=file, json=True))
    told = json.loads(capsys.readouterr().out)
    assert list(told["disciplines"]) == ["fifo", "priority"]
    assert [one["name"] for one in told["world"]["classes"]] == ["A", "C"]
    waits = {
        way: {name: one["wait_seconds"] for name, one in told["disciplines"][way]["classes"].items()}
        for way in ("fifo", "priority")
    }
    assert waits["priority"]["A"]["mean"] < waits["fifo"]["A"]["mean"]
    assert waits["priority"]["C"]["mean"] > waits["fifo"]["C"]["mean"]
    assert waits["fifo"]["A"]["half_width"] > 0
    assert 0.5 < told["disciplines"]["fifo"]["occupancy"]["all"]["mean"] < 1.0
    assert len(told["disciplines"]["fifo"]["seeds"]) == 2
    acd(Namespace(file=file, json=False))
    assert "4 agents, 300 calls measured after 20, 2 seeds" in capsys.readouterr().out


def test_waits_are_drawn_to_one_scale_with_their_intervals() -> None:
    def run(wait: float) -> Outcome:
        one = ClassOutcome(
            calls=10,
            wait_seconds=wait,
            served_wait_seconds=wait,
            longest_wait_seconds=70.0,
            delayed=0.5,
            abandoned=0.125,
            service_level=0.8,
        )
        return Outcome(classes={"A": one}, occupancy={"all": 0.75})

    world = World(
        classes=(CallerClass(name="A", calls_per_hour=1, service_seconds=1),),
        pools=(Pool(name="all", count=3, queues={"queue": 0}),),
        calls=10,
        warm_up_calls=0,
    )
    lines = as_text(world, {"fifo": [run(20.0)], "priority": [run(9.0), run(11.0)]}).splitlines()
    assert lines[4].split() == ["A", "20.00", "20.00", "50.0", "12.50", "80.0", "70"]
    assert lines[5].split() == ["all", "3", "agents,", "occupancy", "75.0", "%"]
    assert "10.00 ± 12.71" in lines[9]
    fifo, priority = lines[-2:]
    assert fifo.endswith("|" + "#" * 44)
    assert priority.endswith("|" + "~" * 50)
