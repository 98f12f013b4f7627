"""What the configuration says of itself."""

from ctiserver.core.config import Asterisk


def test_our_own_asterisk_is_asked_on_loopback_whatever_address_telephones_reach_it_by() -> None:
    assert Asterisk(address="192.0.2.7", http_port=8090).http_url == "http://127.0.0.1:8090"


def test_an_asterisk_elsewhere_is_asked_where_the_file_says() -> None:
    assert Asterisk(ari_url="http://192.0.2.9:8088").http_url == "http://192.0.2.9:8088"
