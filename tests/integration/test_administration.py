"""Changed while running: by REST, without a restart, and calls in progress go on as they began."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core.users import add_user
from crm_core.web_sessions import add_token
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


def _administrator(session: Session) -> str:
    user = add_user(session, login="adm", name="Adm", password="a-good-password", roles={"administrator"})
    return add_token(session, user, "test", frozenset({"administrator"}), time.time())


class Rest:
    """An administrator's program."""

    def __init__(self, c: RunningCenter) -> None:
        console = c.asterisk.config.console
        self.origin = f"http://{console.address}:{console.port}"
        self.token = c.store.write(_administrator)
        until(self.ready, "a console that is ready", 20, c.log)
        draft = {"name": "main", "text": ""}
        until(lambda: isinstance(self.ask("POST", "flow-checks", draft), list), "answering jobs", 30, c.log)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.origin}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.origin}/api/v1/configuration/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "If-Match": "*"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def change(self, path: str, **fields: Any) -> None:
        value = self.ask("GET", path)["value"]
        answer = self.ask("PUT", path, value | fields)
        assert answer.get("in_force"), answer


def test_a_change_by_rest_reaches_the_next_call_and_leaves_those_in_progress(tmp_path: Path) -> None:
    with (
        center(tmp_path) as c,
        c.phone("ann", ring_seconds=None) as ann,
        c.phone("bob", ring_seconds=None) as bob,
    ):
        rest = Rest(c)
        rest.change("queues/servicio", agents={"ann": 0})
        c.set_status("ann", "available")
        c.set_status("bob", "available")
        with c.call(number="+56922220041", keys=[(1.0, "0")]) as first:
            ann.wait_ringing()
            ann.answer()
            c.wait_stage("talking")
            with c.call(number="+56922220042", keys=[(1.0, "0")]) as second:
                c.wait_stage("queued")  # bob is free, and does not serve this queue
                # ann is taken from the queue in mid-call, bob is added: he rings, she talks on
                rest.change("queues/servicio", agents={"bob": 0})
                bob.wait_ringing()
                bob.answer()
                talking = c.wait_stage("talking", 2)
                assert {contact["agent"] for contact in talking} == {"ann", "bob"}
                c.talk_a_while()
                ann.hang_up()
                c.dispose("ann")
                # a flow is changed while bob talks: his caller keeps the version that he began with
                text = rest.ask("GET", "flows/main/versions/1")["text"]
                kept = rest.ask(
                    "POST", "flows/main/versions", {"text": text + "# new\n", "expected_newest": 1}
                )
                assert kept["versions"][0]["number"] == 2, kept
                chosen = rest.ask("PUT", "flows/main/in-force", {"number": 2})
                assert chosen.get("in_force"), (chosen, c.log())
                [talks] = c.contacts("talking")
                assert talks["agent"] == "bob"
                bob.hang_up()
                c.dispose("bob")
                second.hang_up()
            first.hang_up()
        with c.call(number="+56922220043", keys=[(1.0, "0")]) as third:
            [offered] = c.wait_stage("offered")
            assert offered["agent"] == "bob"  # ann, who is free too, serves the queue no more
            third.hang_up()
        broken = rest.ask(
            "POST", "flow-checks", {"name": "main", "text": text.replace('"servicio"', '"gone"')}
        )
        assert {mistake["message"] for mistake in broken} == {"there is no queue 'gone'"}
        assert rest.ask("DELETE", "queues/servicio")["error_id"] == "flow_names_it"
        records = {row.ani: row for row in c.wait_records(3, 30)}
    versions = [records[f"+5692222004{n}"].flow_version for n in (1, 2, 3)]
    assert versions[0] == versions[1] != versions[2]
