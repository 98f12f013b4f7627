"""The demo's place, what its callers plan, and its line."""

import socket
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from ctiserver.app import demo_place
from ctiserver.app.demo import live_line
from ctiserver.app.demo_callers import plan
from ctiserver.app.demo_place import BLOCK_PORTS, FIRST_PORT, Place, open_place
from ctiserver.core.errors import Refusal, SwitchUnreachable
from ctiserver.core.ids import ContactId
from ctiserver.core.live_rows import ContactView
from ctiserver.core.live_view import LiveView


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return open_place("demo", None, tmp_path)


def test_a_place_is_a_checked_configuration_with_flows(place: Place) -> None:
    assert place.config.installation.name == "demo"
    assert place.config.installation.state_dir.resolve() == place.folder.resolve()
    assert (place.folder / "flows/main.toml").exists()
    assert (place.folder / "flows/surveys/satisfaction.toml").exists()
    assert place.first_port == FIRST_PORT


def test_what_was_changed_in_a_place_stays(place: Place, tmp_path: Path) -> None:
    changed = place.config_file.read_text().replace('language = "es"', 'language = "en"', 1)
    place.config_file.write_text(changed)
    assert open_place("demo", None, tmp_path).config.installation.language == "en"


def test_a_second_demo_has_ports_of_its_own(place: Place, tmp_path: Path) -> None:
    other = open_place("other", None, tmp_path)
    assert other.first_port == FIRST_PORT + BLOCK_PORTS
    assert other.config.asterisk.rtp_first_port > place.config.asterisk.rtp_last_port
    assert open_place("third", 30_000, tmp_path).first_port == 30_000


def test_other_ports_than_those_of_the_place_are_refused(place: Place, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="leave --ports out"):
        open_place("demo", FIRST_PORT + 1, tmp_path)


def test_no_phone_shares_a_port_with_anything_of_its_demo(place: Place) -> None:
    asterisk = place.config.asterisk
    phones = [int(place.phone_uri(str(1001 + n)).rpartition(":")[2]) for n in range(8)]
    others = [
        asterisk.sip_port,
        asterisk.http_port,
        asterisk.ami_port,
        place.emergency_port,
        place.fallback_port,
    ]
    assert len({*phones, *others}) == len(phones) + len(others)
    assert max(*phones, *others) < asterisk.rtp_first_port


def test_a_port_that_is_taken_is_refused_with_a_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("127.0.0.1", 0))
        with pytest.raises(SwitchUnreachable, match="make demo NAME=other"):
            demo_place.require_free(somebody.getsockname()[1])


def test_callers_vary_and_nobody_calls_twice_at_once(place: Place) -> None:
    chance = Random(1)
    customers = [f"+5692222{n:04}" for n in range(50)]
    plans = [plan(chance, place.config, customers, frozenset(customers[:25])) for _ in range(500)]
    assert not {chosen.number for chosen in plans} & set(customers[:25])
    # Self-service and the technicians' line are for people who try them: callers would have to know a RUT or a PIN.
    tried = ("service", "suppliers", "technical", "technician")
    dialled = {number.did for number in place.config.numbers if number.flow not in tried}
    assert {chosen.did for chosen in plans} == dialled
    assert any(chosen.number == "anonymous" for chosen in plans)
    assert any(chosen.survey_keys is None for chosen in plans)
    assert any(chosen.patience_seconds for chosen in plans)
    for chosen in plans:
        assert list(chosen.keys) == sorted(chosen.keys)


def test_the_line_counts_by_stage() -> None:
    contact = ContactView(
        contact=ContactId("c1"),
        account_id=1,
        did="1",
        pii_number="2",
        language="es",
        arrived_at=0,
        since=0,
        stage="offered",
    )
    line = live_line(LiveView(contacts={contact.contact: contact}), Counter(callers=3))
    assert "waiting 1, talking 0" in line
    assert "callers 3" in line
