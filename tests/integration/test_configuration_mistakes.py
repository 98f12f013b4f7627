"""Mistakes of whoever configures: all are told at once and nothing starts; what runs goes on as it was."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctiserver.bus import topics
from ctiserver.core.errors import Refusal
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

REFUSED = 78
TEN_MISTAKES = """
[installation]
name = "Not A Name"
state_dir = "state"
time_zone = "America/Atlantis"
country = "XX"

[asterisk]
sip_port = 99999
http_port = 8088
ami_port = 8088
talk_fuse = 600

[[asterisk.trunks]]
name = "pstn"

[[numbers]]
did = "one two three"

[classes]
unknown = "Z"

[calls]
look_up_deadline_seconds = "fast"
"""
PATHS = (
    "installation.name",
    "installation.time_zone",
    "installation.country",
    "asterisk.sip_port",
    "asterisk.talk_fuse",
    "asterisk.ami_port",
    "asterisk.trunks[1]",
    "numbers[1].did",
    "classes.unknown",
    "calls.look_up_deadline_seconds",
)


def serve(config: Path) -> subprocess.CompletedProcess[str]:
    """`ctiserver serve` until it ends by itself."""
    command = [sys.executable, "-m", "ctiserver.app", "--config", str(config), "serve"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_every_mistake_of_the_file_is_told_at_once_and_nothing_starts(tmp_path: Path) -> None:
    file = tmp_path / "ctiserver.toml"
    file.write_text(TEN_MISTAKES)
    ended = serve(file)
    assert ended.returncode == REFUSED
    told = [line.removeprefix("ctiserver: ").split(": ")[0] for line in ended.stderr.splitlines()]
    assert sorted(told) == sorted(PATHS), ended.stderr
    assert not (tmp_path / "state").exists()
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path: Path) -> None:
    absent = serve(tmp_path / "absent.toml")
    assert absent.returncode == REFUSED
    assert "absent.toml: cannot be read" in absent.stderr
    broken = tmp_path / "broken.toml"
    broken.write_text("[installation\n")
    ended = serve(broken)
    assert ended.returncode == REFUSED
    assert "broken.toml: is not valid TOML" in ended.stderr
    assert "line 1" in ended.stderr


def test_mistakes_of_the_flows_are_told_with_file_and_line_and_the_start_is_refused(tmp_path: Path) -> None:
    with center(tmp_path, start=False) as c:
        flow = tmp_path / "flows/main.toml"
        flow.write_text(
            flow.read_text()
            .replace('next = "main"', 'next = "nowhere"', 1)
            .replace('keys = { 1 = "balance", 7 = "main" }', 'keys = { 9 = "balance", 7 = "main" }')
            .replace('prompts = ["greeting"]', 'prompts = ["no-such-prompt"]')
        )
        ended = serve(c.config_file)
        assert ended.returncode == REFUSED
        told = ended.stdout + ended.stderr
        for complaint in (r"'nowhere'", r"key 9 is used twice", r"'no-such-prompt'"):
            assert re.search(rf"main\.toml:\d+: [^\n]*{complaint}", told.replace("\\n", "\n")), told


def test_a_call_keeps_its_flow_when_the_file_changes_and_the_next_call_gets_the_new_one(
    tmp_path: Path,
) -> None:
    with center(tmp_path) as c:
        flow = tmp_path / "flows/main.toml"
        old_text = flow.read_text()
        with c.call(number="+56966600001") as before:
            _wait_menu(c, 1)
            flow.write_text(
                old_text.replace('keys = { 1 = "invoices"', 'keys = { 1 = "operator", 2 = "invoices"')
            )
            version = c.probe.ask(topics.RELOAD)["version"]
            assert c.view()["version"] == version
            with c.call(number="+56966600002") as after:
                _wait_menu(c, 2)
                before.press("1")
                until(lambda: c.probe.told("NodeEntered", node="invoices"), "the old way", 10, c.log)
                after.press("1")
                c.wait_stage("queued")
                _a_bad_flow_changes_nothing(c, flow)
                after.hang_up()
            before.hang_up()
        old, new = c.wait_record("+56966600001"), c.wait_record("+56966600002")
        assert [step["node"] for step in old.menu_path] == ["welcome", "main", "invoices"]
        assert [step["node"] for step in new.menu_path] == ["welcome", "main", "operator"]
        assert old.flow_version != new.flow_version


def _wait_menu(c: RunningCenter, count: int) -> None:
    until(lambda: len(c.probe.told("NodeEntered", node="main")) >= count, "the menu", 15, c.log)


def _a_bad_flow_changes_nothing(c: RunningCenter, flow: Path) -> None:
    version = c.view()["version"]
    flow.write_text(flow.read_text().replace('start = "welcome"', 'start = "nowhere"'))
    with pytest.raises(Refusal, match=r"main\.toml:\d+.*nowhere") as refused:
        c.probe.ask(topics.RELOAD)
    assert refused.value.error_id == "bad_configuration"
    assert c.view()["version"] == version
    assert len(c.contacts("queued")) == 1
