"""How a browser comes to trust us: the page that explains our own authority, its download, and HSTS.

The page is for people who are not logged in yet, and is not there when somebody else's authority signed the
certificate. "HTTPS from now on" (HSTS, RFC 6797) is said with such a certificate only: with our own, a browser that
lost the authority could not be let in by its user any more.
"""

from collections.abc import Callable

from flask import Flask, Response, abort, g, render_template, request

from agent_console.pages import browser_language, words
from ctiserver.core.config import Config
from ctiserver.process import tls_files
from ctiserver.process.certificates import Facts

SYSTEMS = ("windows", "macos", "android", "ios", "linux", "firefox")
HSTS_SECONDS = 31_536_000
_LOOK_SECONDS = 60.0


class Trust:
    """The routes `/install-ca` and `/ca.crt`."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def mount(self, app: Flask) -> None:
        """Add them to the application."""
        app.add_url_rule("/install-ca", "install_ca", self.page)
        app.add_url_rule("/ca.crt", "ca", self.download)

    def page(self) -> str:
        """What to do on each system, in the browser's language."""
        authority = self._authority()
        language = request.args.get("lang", browser_language())
        language = language if language in ("es", "en") else "es"
        texts = words(language)
        return render_template(
            "install_ca.html",
            t=lambda key: texts[key],
            language=language,
            nonce=g.nonce,
            installation=self._config.installation.name,
            fingerprint=authority.fingerprint,
            systems=SYSTEMS,
            who=None,
        )

    def download(self) -> Response:
        """The authority's certificate, as systems install it."""
        self._authority()
        pem = tls_files.authority_pem(self._config)
        answer = Response(pem, content_type="application/x-x509-ca-cert")
        name = f"{self._config.installation.name}-ca.crt"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def _authority(self) -> Facts:
        served = tls_files.served(self._config)
        if served is None or served.authority is None:
            abort(404)
        return served.authority


class HttpsFromNowOn:
    """Adds the HSTS header to answers over HTTPS with a given certificate; looks at the file now and then."""

    def __init__(self, config: Config, now: Callable[[], float]) -> None:
        self._config, self._now = config, now
        self._given, self._looked_at = False, float("-inf")

    def __call__(self, response: Response) -> Response:
        if request.is_secure and self._is_given():
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
        return response

    def _is_given(self) -> bool:
        if self._now() - self._looked_at > _LOOK_SECONDS:
            served = tls_files.served(self._config)
            self._given, self._looked_at = served is not None and served.given, self._now()
        return self._given
