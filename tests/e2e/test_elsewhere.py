"""A browser on another computer: HTTPS and WSS by our own authority, sound both ways, a renewal in mid-call."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Error as PlaywrightError

from ctiserver.app import cli, doctor_tls
from ctiserver.app.doctor_finding import Mark
from ctiserver.process import tls_files
from tests.e2e.browser import MICROPHONE_HERTZ, PROGRAM, Browser, Screen, launch, running_browser, tone_file
from tests.e2e.namespace import Elsewhere, elsewhere
from tests.e2e.test_softphone import CALLER_HERTZ, calling, take
from tests.integration.asterisk import reserved_port
from tests.integration.daemon import RunningCenter, center
from tests.integration.recordings import sound_of
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

_TRAFFIC = """async () => {
  const found = { pairs: {} };
  const reports = await window.softphone.connection.getStats();
  reports.forEach((report) => {
    if (report.type === 'inbound-rtp' && report.kind === 'audio') found.received = report.packetsReceived;
    if (report.type === 'outbound-rtp' && report.kind === 'audio') found.sent = report.packetsSent;
    if (report.type === 'transport') found.pair = report.selectedCandidatePairId;
  });
  const pair = reports.get(found.pair);
  found.local = pair && reports.get(pair.localCandidateId).address;
  found.remote = pair && reports.get(pair.remoteCandidateId).address;
  return found;
}"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    """The other computer."""
    with elsewhere(tmp_path_factory.mktemp("there")) as made:
        yield made


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory, there: Elsewhere) -> Iterator[RunningCenter]:
    """A center for the whole network, with a certificate of its own that is made while Asterisk runs already."""
    more = f'address = "0.0.0.0"\ntls_port = {reserved_port()}\n'
    asterisk: dict[str, object] = {"address": "0.0.0.0", "wss_port": reserved_port()}
    folder = tmp_path_factory.mktemp("center")
    with center(folder, asterisk=asterisk, more=more, browsers=("ann", "bob"), start=False) as made:
        tls(made, "own", "--address", there.ours)
        made.start()
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, company: RunningCenter) -> Path:
    """A home into whose store of authorities ours was imported, as /install-ca tells."""
    home = tmp_path_factory.mktemp("home")
    store = home / ".pki/nssdb"
    store.mkdir(parents=True)
    authority = tls_files.authority_file(company.asterisk.config)
    for words in ("-N --empty-password", f"-A -n ours -t C,, -i {authority}"):
        subprocess.run(["certutil", "-d", f"sql:{store}", *words.split()], check=True)
    return home


@pytest.fixture(scope="module")
def browser(home: Path, there: Elsewhere) -> Iterator[Browser]:
    """Chromium on the other computer."""
    with running_browser(tone_file(home), program=there.program(PROGRAM), home=home) as running:
        yield running


def tls(c: RunningCenter, *words: str) -> None:
    """`ctiserver tls ...`."""
    assert cli.main(["--config", str(c.config_file), "tls", *words]) == 0


def test_a_browser_elsewhere_trusts_us_and_talks_through_a_renewal(
    c: RunningCenter, browser: Browser, there: Elsewhere
) -> None:
    ann = browser.desk(c, "ann", origin=_origin(c, there.ours))
    with calling(c, number="+56922220041", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.wait_hears(CALLER_HERTZ)
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
        _came_over_the_cable(ann, there)
        before = _served(c)
        tls(c, "own")
        until(lambda: _served(c).isdisjoint(before), "the new certificate at both", 15, c.log)
        assert len(_served(c)) == 1
        said = list(doctor_tls.certificate(c.asterisk.config))
        assert {finding.mark for finding in said} == {Mark.OK}, said
        ann.wait_hears(CALLER_HERTZ)
        assert ann.page.evaluate("window.softphone.state") == "ready"
        assert ann.page.evaluate("document.getElementById('banner-feed')") is None
        c.talk_a_while()
        caller.hang_up()
        ann.wait_stage("wrapping_up")
        ann.press("2")
        ann.wait_stage("none")
    record = c.wait_record("+56922220041")
    [segment] = record.segments
    assert segment.agent == "ann"
    assert {CALLER_HERTZ, MICROPHONE_HERTZ} <= _tones(c, segment.recording)
    assert ann.complaints == []


def test_a_browser_on_this_computer_is_served_by_the_same_center(
    c: RunningCenter, browser: Browser, home: Path
) -> None:
    here = Browser(launch(browser.chromium.browser_type, tone_file(home), home=home))
    try:
        ann = here.desk(c, "ann", origin=_origin(c, "localhost"))
        with calling(c, number="+56922220042", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
            take(c, ann)
            ann.wait_hears(CALLER_HERTZ)
            until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent at the caller", 15)
            caller.hang_up()
        assert ann.complaints == []
    finally:
        here.close_pages()
        here.chromium.close()


def test_who_did_not_install_our_authority_is_warned(
    c: RunningCenter, browser: Browser, tmp_path: Path
) -> None:
    stranger = launch(browser.chromium.browser_type, tone_file(tmp_path), home=tmp_path)
    try:
        with pytest.raises(PlaywrightError, match="ERR_CERT_AUTHORITY_INVALID"):
            stranger.new_page().goto(_origin(c, "localhost"))
    finally:
        stranger.close()


def test_the_plain_port_leads_to_https_and_to_our_authority(
    c: RunningCenter, browser: Browser, there: Elsewhere
) -> None:
    plain = f"http://{there.ours}:{c.asterisk.config.console.port}"
    screen = browser.screen(c, "/desk", origin=plain)
    assert screen.page.url == f"{_origin(c, there.ours)}/log-in?next=/desk"
    assert screen.page.evaluate("window.isSecureContext")
    answer = screen.page.request.post(f"{plain}/api/v1/me/phone", max_redirects=0)
    assert (answer.status, answer.json()["error_id"]) == (403, "https_only")
    screen.open("/install-ca")
    served = tls_files.served(c.asterisk.config)
    assert served
    assert served.authority
    screen.wait_text(".fingerprint", served.authority.fingerprint)
    with screen.page.expect_download() as download:
        screen.page.click("a[download]")
    assert Path(download.value.path()).read_bytes() == tls_files.authority_pem(c.asterisk.config)


def _origin(c: RunningCenter, host: str) -> str:
    return f"https://{host}:{c.asterisk.config.console.tls_port}"


def _came_over_the_cable(ann: Screen, there: Elsewhere) -> None:
    """Packets go both ways, between the two ends of the cable."""
    first = ann.page.evaluate(_TRAFFIC)
    assert (first["local"], first["remote"]) == (there.theirs, there.ours)
    assert first["received"] > 0

    def more() -> bool:
        ann.page.wait_for_timeout(50)  # the page's messages are read meanwhile
        later = ann.page.evaluate(_TRAFFIC)
        return bool(later["received"] > first["received"] and later["sent"] > first["sent"])

    until(more, "packets both ways", 5)


def _served(c: RunningCenter) -> set[str]:
    """What console and Asterisk serve to new connections, verified by our authority."""
    config = c.asterisk.config
    context = ssl.create_default_context(cafile=str(tls_files.authority_file(config)))
    return {_certificate(context, port) for port in (config.console.tls_port, config.asterisk.wss_port)}


def _certificate(context: ssl.SSLContext, port: int) -> str:
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        return str((secure.getpeercert() or {})["serialNumber"])


def _tones(c: RunningCenter, recording: str | None) -> set[int]:
    """The two loudest tones of a recording, in steps of 10 Hz."""
    heard, rate = sound_of(c.asterisk.config, recording)
    bins = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    power = np.bincount(np.round(np.fft.rfftfreq(len(heard), 1 / rate) / 10).astype(int), bins**2)
    return {int(one) * 10 for one in np.argsort(power)[-2:]}
