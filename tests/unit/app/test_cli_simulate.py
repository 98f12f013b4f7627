"""What `ctiserver simulate dialer` reads and prints."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from ctiserver.app.cli_simulate import as_text, dialer, read_world
from ctiserver.core.errors import ConfigError
from dialer.simulated_world import Outcome, World


def test_every_mistake_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "world.toml"
    file.write_text(
        'agents = 0\nalpha = "3 %"\nagent = 5\nmodes = ["bold"]\nseeds = 2.5\ntalk_seconds = true\n'
    )
    with pytest.raises(ConfigError) as caught:
        read_world(file)
    assert [one.path.rpartition(" ")[2] for one in caught.value.mistakes] == [
        "agents",
        "alpha",
        "agent",
        "modes",
        "seeds",
        "talk_seconds",
    ]
    for text in ("agents = ", None):
        file.write_text(text) if text else file.unlink()
        with pytest.raises(ConfigError):
            read_world(file)


def test_figures_come_with_their_intervals_as_text_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "world.toml"
    file.write_text("agents = 4\nhours = 0.1\nwarm_up_hours = 0\ntick_seconds = 2\nseeds = 2\n")
    dialer(Namespace(file=file, json=True))
    told = json.loads(capsys.readouterr().out)
    assert (told["world"]["agents"], list(told["modes"])) == (4, ["progressive", "predictive"])
    assert len(told["modes"]["predictive"]["seeds"]) == 2
    assert told["modes"]["progressive"]["figures"]["abandon_rate"] == {"mean": 0.0, "half_width": 0.0}


def test_utilisation_is_drawn_against_abandons() -> None:
    def outcome(utilisation: float, abandon_rate: float) -> Outcome:
        return Outcome(
            utilisation=utilisation,
            talk_minutes_per_hour=40.0,
            abandon_rate=abandon_rate,
            dials=9,
            answers=3,
            abandons=0,
            abandons_by_leaving=0,
            guarded=2,
        )

    drawn = as_text(World(), {"progressive": [outcome(0.75, 0.0)], "predictive": [outcome(0.95, 0.04)] * 2})
    lines = drawn.splitlines()
    assert lines[2].split() == ["progressive", "75.0", "40.0", "0.00", "2"]
    assert lines[3].split() == [
        "predictive",
        "95.0",
        "±",
        "0.0",
        "40.0",
        "±",
        "0.0",
        "4.00",
        "±",
        "0.00",
        "4",
    ]
    assert f"  95 %|{' ' * 60}e" in lines
    assert "  75 %|o" in lines
    assert lines[-1].split() == ["0", "4.0", "%"]
