"""Ways through firewalls: credentials that end by themselves."""

from typing import Any

from agent_console.ice import ice_servers, turn_credential
from ctiserver.core.config import Ice

TURN = "turn:turn.example:3478?transport=udp"


def test_a_credential_is_the_hmac_of_when_it_ends_and_for_whom() -> None:
    """Reckoned apart: printf '1433895918:ann' | openssl dgst -sha1 -hmac 'my_secret' -binary | base64"""
    assert turn_credential("my_secret", "ann", 1433895918.9) == (
        "1433895918:ann",
        "LrBQbvUpYcQN7ySsxLCkAreE7fQ=",
    )


def test_stun_needs_no_credential_and_turn_gets_one_for_its_time() -> None:
    ice = Ice(servers=("stun:stun.example:3478", TURN), secret="s", credential_seconds=3600)
    stun, turn = ice_servers(ice, "ann", 1000.0)
    assert (stun.urls, stun.username) == (["stun:stun.example:3478"], "")
    assert (turn.urls, turn.username) == ([TURN], "4600:ann")
    assert turn.credential == turn_credential("s", "ann", 4600)[1]
    assert ice_servers(Ice(), "ann", 0.0) == []


def test_a_telephone_is_told_its_ways_and_may_ask_again(office: Any) -> None:
    browser = office.browser("agent")
    account = browser.post("/api/v1/me/phone").json
    assert (account["ice_servers"], account["ice_seconds"]) == ([], 86400)
    assert browser.get("/api/v1/me/phone/ice").json == {"ice_servers": [], "ice_seconds": 86400}


def test_over_https_the_telephone_speaks_tls_to_the_name_of_the_page(office: Any) -> None:
    browser = office.browser("agent")
    plain = browser.post("/api/v1/me/phone").json
    assert plain["socket_url"] == "ws://127.0.0.1:8088/ws"
    browser.set_cookie("cti_session", browser.get_cookie("cti_session").value, domain="center.example")
    secure = browser.post("/api/v1/me/phone", base_url="https://center.example:8443").json
    assert (secure["socket_url"], secure["domain"]) == ("wss://center.example:8089/ws", "center.example")
