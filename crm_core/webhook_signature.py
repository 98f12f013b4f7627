"""How a webhook proves that it is ours: HMAC-SHA256 over its id, the time of sending and its body.

The form is that of Standard Webhooks 1.0.0 (standardwebhooks.com), for which libraries exist in most languages: three
headers, the signature over `id.timestamp.body`, the secret as `whsec_` and base64. A receiver compares in constant
time, refuses what is older than five minutes, and knows by the id what it has had already.
"""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_of(key: bytes) -> str:
    """A key as it is written down."""
    return _PREFIX + base64.b64encode(key).decode()


def headers(secret: str, message_id: str, sent_at: float, body: bytes) -> dict[str, str]:
    """The three headers of one message."""
    timestamp = str(int(sent_at))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": sign(secret, message_id, timestamp, body),
    }


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """The signature with its version, `v1,...`. Raises ValueError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook's secret is whsec_ and base64") from error
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
