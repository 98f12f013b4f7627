"""Has Asterisk send a fax: one request of ARI, after which the dialplan does all of it without us.

The attempt's id is that of the channel and of the notes (`fax_notes`): asked again, while it is dialled or long after,
the same attempt dials nothing. The document <attempt>.tif lies beside where the notes will be.
"""

import base64
import http.client
import json
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.core.config import Config
from ctiserver.core.errors import SwitchRefused, SwitchUnreachable

_PATIENCE_SECONDS = 5.0
# Beyond the time that the dialplan rings: it ends the dial, and writes down how.
_MARGIN_SECONDS = 30


def send(config: Config, folder: Path, attempt: str, number: str) -> None:
    """Dials `number` through the dialling trunk and sends `folder`/<attempt>.tif.

    Raises SwitchUnreachable, SwitchRefused.
    """
    body = {
        "endpoint": "Local/dial@fax-dial/n",
        "context": "fax-dial",
        "extension": "answered",
        "priority": 1,
        "timeout": int(config.dialing.ring_seconds) + _MARGIN_SECONDS,
        "formats": "ulaw",
        "variables": {
            "__FAX": str(folder / attempt),
            "__FAXNUMBER": number,
            "__FAXTRUNK": config.dialing.trunk,
            "__FAXSTATION": config.dialing.caller_number,
        },
    }
    status = _post(config, f"/ari/channels/{quote(attempt)}", body)
    if status not in (HTTPStatus.OK, HTTPStatus.CONFLICT):  # it exists: it was asked for before
        raise SwitchRefused(status, f"Asterisk does not dial the fax {attempt}")


def _post(config: Config, path: str, body: dict[str, object]) -> int:
    url = urlsplit(config.asterisk.http_url)
    login = base64.b64encode(f"{USER}:{passwords(config).ari}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(url.hostname or "", url.port or 80, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("POST", path, json.dumps(body), headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise SwitchUnreachable(f"{url.hostname}:{url.port} does not answer ({error})") from error
    finally:
        connection.close()
