"""Where webhooks may go."""

import pytest

from crm_core.webhook_address import check_url, may_reach


@pytest.mark.parametrize(
    "url", ["https://crm.example.com/hook?a=1", "http://198.51.100.7:8080/", "https://[2001:db8::1]/x"]
)
def test_a_plain_address_is_right(url: str) -> None:
    assert check_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.com/hook",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://",
        "https://user:password@example.com/",
        "https://example.com:99999/",
        "https://example.com/with space",
        "https://example.com/\r\nX-Evil: 1",
        "https://ejemplo.ñ/",
        "https://example.com/" + "a" * 2000,
    ],
)
def test_what_is_no_web_address_is_told_in_a_sentence(url: str) -> None:
    assert check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "fec0::1",
    ],
)
def test_machines_behind_the_firewall_are_out_of_reach(address: str) -> None:
    assert not may_reach(address, ())


def test_public_machines_are_in_reach() -> None:
    assert may_reach("93.184.216.34", ())
    assert may_reach("2606:4700::1111", ())
    assert may_reach("64:ff9b::5db8:d822", ())


def test_private_networks_are_in_reach_where_the_configuration_says_so() -> None:
    assert may_reach("10.1.2.3", ("10.1.0.0/16",))
    assert may_reach("::ffff:10.1.2.3", ("10.1.0.0/16",))
    assert not may_reach("10.2.2.3", ("10.1.0.0/16",))
    assert may_reach("::1", ("::1/128",))
