"""Who is behind a request: a cookie of a log-in, or a program's bearer token.

A log-in that fails costs time: after five within five minutes for one name, or fifty from one address, which a whole
office may share, the next must wait.
A request that changes something and comes with the cookie must also carry the log-in's CSRF word, which no other
site can read; a token needs none.
"""

import secrets
from collections import deque
from collections.abc import Callable

from flask import Request

from agent_console.principal import NotLoggedIn, Principal
from crm_core import identities, web_sessions
from crm_core.db import Store
from crm_core.identities import Identity
from crm_core.users import authenticate
from ctiserver.core.errors import Refusal

COOKIE = "cti_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_WINDOW_SECONDS = 300.0
_TRIES = {"login": 5, "address": 50}
"""By the first word of a key."""


class Throttle:
    """Counts failures by key; memory is bounded by forgetting what is old."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: dict[str, deque[float]] = {}

    def check(self, *keys: str) -> None:
        """Raises Refusal while a key failed too often."""
        for key in keys:
            times = self._recent(key)
            if len(times) >= _tries(key):
                seconds = round(times[0] + _WINDOW_SECONDS - self._now())
                raise Refusal("too_many_tries", f"too many wrong log-ins: wait {max(seconds, 1)} seconds")

    def failed(self, *keys: str) -> None:
        """Note one more failure."""
        for key in keys:
            self._recent(key).append(self._now())
        if len(self._failures) > 10_000:
            self._failures = {key: times for key in list(self._failures) if (times := self._recent(key))}

    def _recent(self, key: str) -> deque[float]:
        times = self._failures.setdefault(key, deque(maxlen=_tries(key)))
        while times and self._now() - times[0] > _WINDOW_SECONDS:
            times.popleft()
        return times


def _tries(key: str) -> int:
    return _TRIES[key.partition(" ")[0]]


class Auth:
    """Finds principals; makes and ends log-ins."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store, self._now = store, now
        self._throttle = Throttle(now)

    def log_in(self, login: str, password: str, address: str) -> str:
        """The secret for the cookie. Raises Refusal for a wrong name or password, or too many tries."""
        keys = (f"address {address}", f"login {login}")
        self._throttle.check(*keys)
        secret = self._store.write(identities.enter, login, password, self._now())
        if secret is None:
            self._throttle.failed(*keys)
            raise Refusal("wrong_log_in", "wrong name or password")
        return secret

    def confirm(self, login: str, password: str, address: str) -> None:
        """Make sure that it is he. Raises Refusal for a wrong password, or too many tries."""
        keys = (f"address {address}", f"login {login}")
        self._throttle.check(*keys)
        if self._store.read(authenticate, login, password) is None:
            self._throttle.failed(*keys)
            raise Refusal("wrong_log_in", "wrong name or password")

    def log_out(self, principal: Principal) -> None:
        """End the principal's log-in."""
        if principal.session:
            self._store.write(web_sessions.log_out, principal.session)

    def of_request(self, request: Request) -> Principal:
        """Who asks. Raises NotLoggedIn, and Refusal for a change without the CSRF word."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.of_token(token.strip())
        principal = self.of_cookie(request.cookies.get(COOKIE, ""))
        word = request.headers.get(CSRF_HEADER, "")
        same = bool(word) and secrets.compare_digest(word.encode(), principal.csrf.encode())
        if request.method not in _SAFE and not same:
            raise Refusal("csrf", f"send the log-in's word in the header {CSRF_HEADER}")
        return principal

    def of_cookie(self, secret: str) -> Principal:
        """Whose log-in this is. Raises NotLoggedIn."""
        now = self._now()
        found = self._store.read(identities.behind_log_in, secret, now) if secret else None
        if found is None:
            raise NotLoggedIn("there is no log-in behind this cookie")
        if found.needs_touch and found.log_in:
            self._store.write(web_sessions.touch, found.log_in, now)
        return _principal(found)

    def of_token(self, token: str) -> Principal:
        """Whose program this is. Raises NotLoggedIn."""
        found = self._store.read(identities.behind_token, token)
        if found is None:
            raise NotLoggedIn("this token is unknown")
        return _principal(found)


def _principal(found: Identity) -> Principal:
    return Principal(
        user_id=found.user_id,
        login=found.login,
        name=found.name,
        account_id=found.account_id,
        language=found.language,
        roles=found.roles,
        agent=found.login if found.is_agent else None,
        session=found.log_in,
        csrf=found.csrf,
    )
