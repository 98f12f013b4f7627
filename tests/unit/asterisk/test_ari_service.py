from itertools import pairwise

from ctiserver.asterisk.ari_service import AriAddress, pause_seconds


def test_pauses_grow_to_two_seconds() -> None:
    pauses = [pause_seconds(failures, 1.0) for failures in range(100)]
    assert pauses[0] == 0.1
    assert pauses[-1] == 2.0
    assert all(earlier <= later for earlier, later in pairwise(pauses))


def test_two_clients_do_not_wait_equally_long() -> None:
    assert pause_seconds(3, 0.0) == pause_seconds(3, 1.0) / 2


def test_an_application_opens_its_own_socket_with_the_password_escaped() -> None:
    address = AriAddress(url="http://127.0.0.1:8088", user="me", password="a b&c")
    assert address.socket("cti-1") == "ws://127.0.0.1:8088/ari/events?api_key=me%3Aa+b%26c&app=cti-1"
    assert "a b&c" not in repr(address)
