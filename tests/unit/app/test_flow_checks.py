"""What the jobs process answers to who writes flows; kept versions stand for the files of their names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crm_core import flow_versions, schema
from crm_core.db import Store
from crm_core.queues import add_queue
from ctiserver.app.engine_tables import read_tables
from ctiserver.app.flow_checks import FlowChecks
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError
from ctiserver.process.config_file import parse

FLOW = 'name = "main"\nstart = "operator"\n\n[node.operator]\ntype = "queue"\nqueue = "service"\n'
SURVEY = """
name = "satisfaction"
invitation = "survey-invitation"
thanks = "survey-thanks"

[[question]]
key = "solved"
prompt = "survey-solved"
keys = { 1 = 1, 2 = 0 }
"""
OTHER = FLOW.replace("operator", "person")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A folder with one flow."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows/main.toml").write_text(FLOW)
    fallback = {"fallback": {"emergency_number": "sip:emergency@127.0.0.1"}}
    return parse({"asterisk": fallback}, folder=tmp_path, environ={})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A database with one queue."""
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    with Store(url) as opened:
        opened.write(lambda session: add_queue(session, 1, "service", "Service", skills={}).id)
        yield opened


def _ask(job: Any, **body: str) -> Any:
    return msgspec.json.decode(job(msgspec.json.encode(body)))


def _keep(store: Store, text: str, name: str = "main") -> int:
    kept = store.write(flow_versions.keep, 1, name, text, note="", at=1.0, by="ann").number
    store.write(flow_versions.put_in_force, 1, name, kept)
    return kept


def test_a_draft_is_told_all_its_mistakes_in_the_order_of_their_lines(config: Config, store: Store) -> None:
    checks = FlowChecks(config, store)
    assert _ask(checks.check_flow, name="main", text=FLOW) == []
    wrong = FLOW.replace('"service"', '"sales"').replace('start = "operator"', 'start = "nobody"')
    found = _ask(checks.check_flow, name="main", text=wrong)
    assert [(one["line"], one["message"]) for one in found] == [
        (2, "start names the node 'nobody', which there is not"),
        (2, 'no emergency key: add emergency = { key = "9", node = "..." }'),
        (4, "nobody reaches the node 'operator'"),
        (6, "there is no queue 'sales'"),
    ]
    assert (found[0]["error_id"], found[0]["fields"]) == ("no_start", {"node": "nobody"})
    assert _ask(checks.check_flow, name="main", text="name = ")[0]["line"] == 1


def test_a_queue_that_a_flow_in_force_names_is_missed(config: Config, store: Store) -> None:
    checks = FlowChecks(config, store)
    assert _ask(checks.check_flows, queue="another") == []
    [missed] = _ask(checks.check_flows, queue="service")
    assert missed.endswith("main.toml:6: there is no queue 'service'")


def test_the_version_in_force_stands_for_the_file_of_its_name(config: Config, store: Store) -> None:
    version, file_tables = read_tables(config, store)
    kept = _keep(store, OTHER)
    newer, tables = read_tables(config, store)
    assert list(tables.flows["main"].content["nodes"]) == ["person"]
    assert newer != version
    store.write(flow_versions.put_in_force, 1, "main", flow_versions.FILE_VERSION)
    assert read_tables(config, store) == (version, file_tables)
    assert kept == 2


def test_a_broken_file_is_no_trouble_where_a_version_stands_for_it(config: Config, store: Store) -> None:
    _keep(store, OTHER)
    (config.flows.directory / "main.toml").write_text("broken")
    assert list(read_tables(config, store)[1].flows) == ["main"]


def test_a_version_in_force_with_a_mistake_is_told_by_its_number(config: Config, store: Store) -> None:
    _keep(store, FLOW.replace("service", "gone"))
    with pytest.raises(ConfigError, match=r"main \(version 2\):6: there is no queue 'gone'"):
        read_tables(config, store)


def test_a_survey_is_checked_as_a_survey(config: Config, store: Store) -> None:
    checks = FlowChecks(config, store)
    assert _ask(checks.check_survey, name="satisfaction", text=SURVEY) == []
    wrong = SURVEY.replace("survey-thanks", "bye")
    [found] = _ask(checks.check_survey, name="satisfaction", text=wrong)
    assert (found["line"], found["message"]) == (4, "the prompt 'bye' is not in the manifest")
    assert (found["error_id"], found["fields"]) == ("no_prompt", {"prompt": "bye"})


def test_a_survey_in_force_stands_for_the_file_of_its_name_and_no_flow(config: Config, store: Store) -> None:
    (config.flows.directory / "surveys").mkdir()
    (config.flows.directory / "surveys/main.toml").write_text(SURVEY)
    before = read_tables(config, store)[1]
    _keep(store, SURVEY.replace('"solved"', '"mended"'), name=flow_versions.SURVEYS + "main")
    after = read_tables(config, store)[1]
    assert after.flows == before.flows
    assert [one.content["question"][0]["key"] for one in (before.surveys["main"], after.surveys["main"])] == [
        "solved",
        "mended",
    ]
