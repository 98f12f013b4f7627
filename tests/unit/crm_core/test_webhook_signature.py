"""The signature of a webhook, against the example of the published libraries of Standard Webhooks."""

import pytest

from crm_core.webhook_signature import headers, secret_of, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_it_is_that_of_the_published_example() -> None:
    signature = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_headers_carry_id_time_and_signature() -> None:
    sent = headers(SECRET, "7.12.1", 1614265330.9, b"{}")
    assert sent == {
        "webhook-id": "7.12.1",
        "webhook-timestamp": "1614265330",
        "webhook-signature": sign(SECRET, "7.12.1", "1614265330", b"{}"),
    }


@pytest.mark.parametrize("other", ["7.12.2", "7.12.1"])
def test_another_id_time_or_body_has_another_signature(other: str) -> None:
    first = sign(SECRET, "7.12.1", "100", b"{}")
    assert first != sign(SECRET, other, "101", b"{}")
    assert first != sign(SECRET, other, "100", b"{ }")


def test_a_secret_is_written_with_its_prefix_and_what_is_none_is_refused() -> None:
    assert secret_of(b"\x00" * 24) == "whsec_" + "A" * 32
    with pytest.raises(ValueError, match="base64"):
        sign("whsec_not base64!", "1", "1", b"")
