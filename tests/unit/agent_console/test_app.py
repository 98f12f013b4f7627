"""Log-ins, CSRF, throttle, and that no company sees anything of another."""

from typing import Any, cast

from agent_console.auth import CSRF_HEADER
from ctiserver.core.live_rows import AgentView
from tests.unit.agent_console.conftest import PASSWORD

FORM = {"login": "agent", "password": PASSWORD}


def test_a_log_in_leads_home_and_a_log_out_ends_it(office: Any) -> None:
    browser = office.app.test_client()
    answer = browser.post("/log-in", data=FORM)
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert browser.get("/").headers["Location"] == "/desk"
    csrf = browser.get("/desk").text.split('name="csrf" value="')[1].split('"')[0]
    browser.post("/log-out", data={"csrf": csrf})
    assert browser.get("/api/v1/me").status_code == 401


def test_a_log_out_without_the_forms_word_ends_nothing(office: Any) -> None:
    browser = office.browser("agent")
    secret = browser.get_cookie("cti_session").value
    browser.post("/log-out", data={"csrf": "not it"})
    assert office.auth.of_cookie(secret).login == "agent"


def test_after_five_failures_even_the_right_password_must_wait(office: Any) -> None:
    browser = office.app.test_client()
    for _ in range(5):
        assert browser.post("/log-in", data=FORM | {"password": "wrong"}).status_code == 401
    assert browser.post("/log-in", data=FORM).status_code == 401
    office.now += 301
    assert browser.post("/log-in", data=FORM).status_code == 302


def test_a_change_needs_the_csrf_word(office: Any) -> None:
    browser = office.browser("agent")
    del browser.environ_base[f"HTTP_{CSRF_HEADER.upper().replace('-', '_')}"]
    answer = browser.put("/api/v1/agents/agent/status", json={"status": "available"})
    assert answer.json["error_id"] == "csrf"
    assert office.engines.asked == []
    assert browser.get("/api/v1/me").status_code == 200


def test_no_other_site_logs_anybody_in(office: Any) -> None:
    browser = office.app.test_client()
    answer = browser.post("/log-in", data=FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, browser.get_cookie("cti_session")) == (200, None)
    assert browser.post("/log-in", data=FORM, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


def test_a_body_that_is_too_large_is_told_so(office: Any) -> None:
    answer = office.browser("agent").put("/api/v1/agents/agent/status", data=b" " * (2 << 20) + b"{}")
    assert (answer.status_code, answer.json["error_id"]) == (413, "too_large")


def test_an_agent_asks_for_what_his_desk_does(office: Any) -> None:
    browser = office.browser("agent")
    assert browser.put("/api/v1/agents/agent/status", json={"status": "available"}).status_code == 200
    for what in ("hold", "resume", "hang-up"):
        assert browser.post(f"/api/v1/agents/agent/{what}").status_code == 200
    assert browser.post("/api/v1/agents/agent/digits", json={"digits": "12#"}).status_code == 200
    browser.post("/api/v1/agents/agent/transfer", json={"queue": "sales"})
    assert [kind for kind, _, _ in office.engines.asked] == [
        "SetStatus",
        "Hold",
        "Resume",
        "HangUp",
        "SendDigits",
        "TransferBlind",
    ]


def test_an_agent_pauses_his_recording_and_who_commands_agents_pauses_anyones(office: Any) -> None:
    for who, path, body in (
        ("agent", "", {}),
        ("agent", "/pause", {"reason": "customer_asked"}),
        ("supervisor", "/pause", {}),
        ("agent", "/resume", {}),
    ):
        answer = office.browser(who).post(f"/api/v1/agents/agent/recording{path}", json=body)
        assert answer.status_code == 200, answer.json
    assert office.engines.asked == [
        ("StartRecordingNow", "agent", {"agent": "agent"}),
        ("PauseRecording", "agent", {"agent": "agent", "reason": "customer_asked"}),
        ("PauseRecording", "supervisor", {"agent": "agent", "reason": "card_data"}),
        ("ResumeRecording", "agent", {"agent": "agent"}),
    ]


def test_a_caller_is_passed_on_to_a_queue_or_to_a_colleague_but_not_to_both(office: Any) -> None:
    browser = office.browser("agent")
    office.live.view.agents["bob"] = AgentView(agent=cast(Any, "bob"), account_id=1)
    assert browser.post("/api/v1/agents/agent/transfer", json={"to": "bob"}).status_code == 200
    assert office.engines.asked == [("TransferToAgent", "agent", {"agent": "agent", "to": "bob"})]
    for body in ({}, {"queue": "sales", "to": "bob"}):
        answer = browser.post("/api/v1/agents/agent/transfer", json=body)
        assert (answer.status_code, answer.json["error_id"]) == (409, "bad_request")
    assert len(office.engines.asked) == 1


def test_an_agent_asks_a_colleague_a_queue_or_a_number_and_talks_in_three(office: Any) -> None:
    browser = office.browser("agent")
    office.live.view.agents["bob"] = AgentView(agent=cast(Any, "bob"), account_id=1)
    me = "/api/v1/agents/agent"
    for path, body in (
        ("consult", {"to": "bob"}),
        ("consult", {"queue": "sales"}),
        ("consult", {"number": "2 2345 6789"}),
        ("consult/return", None),
        ("consult/complete", None),
        ("conference", None),
        ("transfer", {"number": "133"}),
    ):
        assert browser.post(f"{me}/{path}", json=body).status_code == 200
    assert browser.delete(f"{me}/conference").status_code == 200
    assert [(kind, fields) for kind, _, fields in office.engines.asked] == [
        ("StartConsult", {"agent": "agent", "to": "bob"}),
        ("StartConsult", {"agent": "agent", "queue": "sales"}),
        ("StartConsult", {"agent": "agent", "pii_number": "2 2345 6789"}),
        ("ReturnFromConsult", {"agent": "agent"}),
        ("CompleteTransfer", {"agent": "agent"}),
        ("MergeParties", {"agent": "agent"}),
        ("TransferOutside", {"agent": "agent", "pii_number": "133"}),
        ("RemoveParty", {"agent": "agent"}),
    ]
    assert browser.post(f"{me}/consult", json={"to": "stranger"}).json["error_id"] == "unknown_agent"


def test_colleagues_are_the_other_agents_of_ones_own_company(office: Any) -> None:
    agents = office.live.view.agents
    agents["bob"] = AgentView(
        agent=cast(Any, "bob"), account_id=1, name="Bob", status="pause", reason="lunch"
    )
    [found] = office.browser("agent").get("/api/v1/me/colleagues").json
    assert found == {
        "agent": "bob",
        "name": "Bob",
        "status": "pause",
        "reason": "lunch",
        "activity": "idle",
        "since": 0.0,
    }


def test_a_body_that_is_not_as_documented_is_told_so(office: Any) -> None:
    answer = office.browser("agent").put("/api/v1/agents/agent/status", json={"status": 7})
    assert (answer.status_code, answer.json["error_id"]) == (400, "bad_request")
    assert answer.content_type == "application/problem+json"


def test_nothing_of_one_company_is_seen_by_another(office: Any) -> None:
    browser = office.browser("other")
    live = browser.get("/api/v1/live").json
    assert (set(live["agents"]), set(live["contacts"]), set(live["queues"])) == (
        {"other"},
        {"theirs"},
        {"secret"},
    )
    assert [queue["key"] for queue in browser.get("/api/v1/queues").json] == ["secret"]
    assert browser.get("/api/v1/customers/1").status_code == 404
    assert browser.put("/api/v1/agents/agent/status", json={"status": "pause"}).status_code == 404
    assert office.engines.asked == []


def test_every_answer_forbids_inline_scripts_and_framing(office: Any) -> None:
    policy = office.browser("agent").get("/desk").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


def test_readiness_tells_whether_asterisk_is_in_reach(office: Any) -> None:
    browser = office.app.test_client()
    assert browser.get("/readyz").status_code == 200
    office.live.view = None
    assert browser.get("/readyz").status_code == 503
    assert browser.get("/healthz").status_code == 200


def test_a_browsers_telephone_has_another_password_after_each_log_in(office: Any) -> None:
    first = office.browser("agent").post("/api/v1/me/phone").json
    office.now += 1
    second = office.browser("agent").post("/api/v1/me/phone").json
    assert first["user"] == second["user"] == "agent-1001"
    assert first["password"] != second["password"]


def test_one_persons_failures_keep_nobody_else_out_of_the_office(office: Any) -> None:
    browser = office.app.test_client()
    for _ in range(6):
        browser.post("/log-in", data=FORM | {"password": "wrong"})
    assert browser.post("/log-in", data=FORM | {"login": "supervisor"}).status_code == 302
