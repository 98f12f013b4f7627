"""Pages: the shell that a browser keeps open, and the log-in before it.

A page is a Jinja template and an ES module; what it shows comes by push or by the API. The language is the user's,
or the browser's before the log-in.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from agent_console.auth import COOKIE, Auth
from agent_console.operations import json_response
from agent_console.principal import NotLoggedIn, Principal
from agent_console.problems import as_problem, problem
from agent_console.roles import Permission
from agent_console.services import Services
from crm_core import agents
from ctiserver.core.errors import Refusal

LANGUAGES = ("es", "en")
_WORDS = Path(__file__).parent / "words"
PAGES: dict[str, tuple[str, Permission]] = {
    "desk": ("/desk", Permission.OWN_DESK),
    "wallboard": ("/wallboard", Permission.WALLBOARD),
    "announcements": ("/announcements", Permission.ANNOUNCE),
    "work_orders": ("/work-orders", Permission.DISPATCH_ORDERS),
    "field_staff": ("/field-staff", Permission.DISPATCH_ORDERS),
    "my_orders": ("/my-orders", Permission.OWN_ORDERS),
    "customers": ("/customers", Permission.READ_CUSTOMERS),
    "administration": ("/administration", Permission.READ_CONFIGURATION),
    "cases": ("/cases", Permission.CASES),
    "activities": ("/activities", Permission.ACTIVITIES),
    "imports": ("/imports", Permission.IMPORT_CUSTOMERS),
    "duplicates": ("/duplicates", Permission.MERGE_CUSTOMERS),
    "permission": ("/permission", Permission.CONTACT_PERMISSION),
    "legal_profiles": ("/legal-profiles", Permission.READ_CONFIGURATION),
    "campaigns": ("/campaigns", Permission.SEE_CAMPAIGNS),
    "value": ("/value", Permission.READ_VALUE),
    "segments": ("/segments", Permission.READ_VALUE),
    "product_offers": ("/product-offers", Permission.READ_VALUE),
    "reports": ("/reports", Permission.READ_REPORTS),
    "surveys": ("/surveys", Permission.SURVEYS),
    "my_figures": ("/my-figures", Permission.OWN_DESK),
    "dials": ("/dials", Permission.READ_INTERACTIONS),
    "scripts": ("/scripts", Permission.RUN_CAMPAIGNS),
}
"""Page name: its path and what one needs to open it; the first that one may open is home."""
MENUS: dict[str, tuple[str, ...]] = {
    "work": ("desk", "wallboard", "announcements", "cases", "activities"),
    "customers": ("customers", "permission", "duplicates", "imports"),
    "field": ("work_orders", "my_orders", "field_staff"),
    "outreach": ("campaigns", "segments", "product_offers", "scripts", "dials"),
    "figures": ("reports", "my_figures", "surveys", "value"),
    "setup": ("administration", "legal_profiles"),
}
"""The bar at the top: every page in one menu. A menu of which one may open a single page is a link to it."""
PAGES_OF_ONE: dict[str, tuple[str, Permission, str]] = {
    "work_order": ("/work-orders/<int:key>", Permission.WORK_ORDERS, "work_orders"),
    "customer": ("/customers/<int:key>", Permission.READ_CUSTOMERS, "customers"),
    "personal_data": ("/customers/<int:key>/personal-data", Permission.PERSONAL_DATA, "customers"),
    "contact": ("/contacts/<contact>", Permission.READ_INTERACTIONS, "customers"),
    "campaign_new": ("/campaigns/new", Permission.RUN_CAMPAIGNS, "campaigns"),
    "campaign": ("/campaigns/<campaign>", Permission.SEE_CAMPAIGNS, "campaigns"),
    "campaign_results": ("/campaigns/<campaign>/results", Permission.SEE_CAMPAIGNS, "campaigns"),
}
"""Pages about one thing: path, what one needs, and the page that lists such things."""
_PARTS = {
    "<int:key>": r"\d{1,17}",
    "<contact>": r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}",
    "<campaign>": r"[a-z0-9][a-z0-9_\-]{0,39}",
}
"""What stands in such a path, as an expression."""
Answer = str | AnyResponse | tuple[str, int]


@lru_cache
def words(language: str) -> dict[str, str]:
    """All texts of the console in one language, by key."""
    return msgspec.toml.decode((_WORDS / f"{language}.toml").read_bytes(), type=dict[str, str])


class Again(msgspec.Struct):
    """Who sits before the page, his password, and the page's open socket, if it has one."""

    login: str
    password: str
    socket: str = ""


class Pages:
    """The routes of people; those of programs are in `operations`."""

    def __init__(self, services: Services, auth: Auth) -> None:
        self._services, self._auth = services, auth

    def mount(self, app: Flask) -> None:
        """Add them to the application."""
        app.add_url_rule("/", "home", self.home)
        app.add_url_rule("/log-in", "log_in", self.log_in, methods=["GET", "POST"])
        app.add_url_rule("/log-in/again", "log_in_again", self.log_in_again, methods=["POST"])
        app.add_url_rule("/log-out", "log_out", self.log_out, methods=["POST"])
        for name, (path, _) in PAGES.items():
            app.add_url_rule(path, name, self.page, defaults={"name": name})
        for name, (path, _, _) in PAGES_OF_ONE.items():
            app.add_url_rule(path, name, self.page_of_one, defaults={"name": name})
        app.add_url_rule("/healthz", "healthz", self.healthz)
        app.add_url_rule("/readyz", "readyz", self.readyz)

    def home(self) -> Answer:
        """The first page that one may open."""
        who = self._who()
        allowed = [path for path, need in PAGES.values() if who and who.may(need)]
        if who and not allowed:
            return self._show("forbidden.html", who), 403
        return redirect(allowed[0] if allowed else url_for("log_in"))

    def page(self, name: str) -> Answer:
        """One page of the console, or the log-in in its place."""
        who = self._who()
        if who is None:
            return redirect(url_for("log_in", next=request.path))
        if not who.may(PAGES[name][1]):
            return self._show("forbidden.html", who), 403
        return self._show(f"{name}.html", who, page=name)

    def page_of_one(self, name: str, key: int = 0, campaign: str = "", contact: str = "") -> Answer:
        """The page of one thing; whether there is such a thing, the API will say."""
        who = self._who()
        if who is None:
            return redirect(url_for("log_in", next=request.path))
        _, need, section = PAGES_OF_ONE[name]
        if not who.may(need):
            return self._show("forbidden.html", who), 403
        return self._show(f"{name}.html", who, page=name, section=section, key=key or campaign or contact)

    def log_in(self) -> Answer:
        """The form, and what it sends."""
        if request.method == "GET" or request.headers.get("Sec-Fetch-Site") == "cross-site":
            return self._show("log_in.html", None, problem="", login="")  # no other site logs anybody in
        login = request.form.get("login", "")
        try:
            secret = self._auth.log_in(login, request.form.get("password", ""), request.remote_addr or "")
        except Refusal as refusal:
            return self._show("log_in.html", None, problem=refusal.error_id, login=login), 401
        answer = redirect(_safe_next() or url_for("home"))
        answer.set_cookie(
            COOKIE, secret, httponly=True, samesite="Strict", secure=request.is_secure, path="/"
        )
        return answer

    def log_in_again(self) -> AnyResponse:
        """The password that an open page asks for: it uncovers the page, or begins a log-in after one that ended."""
        try:
            body = msgspec.json.decode(request.get_data(), type=Again)
            who, address = self._who(), request.remote_addr or ""
            if who is not None and who.login == body.login:
                self._auth.confirm(body.login, body.password, address)
                return json_response({"csrf": who.csrf})
            secret = self._auth.log_in(body.login, body.password, address)
            self._services.renewed(body.socket, secret)
        except Refusal as refusal:
            return problem(401, refusal.error_id, "Not logged in", str(refusal))
        except msgspec.DecodeError as error:
            return as_problem(error)
        answer = json_response({"csrf": self._auth.of_cookie(secret).csrf})
        answer.set_cookie(
            COOKIE, secret, httponly=True, samesite="Strict", secure=request.is_secure, path="/"
        )
        return answer

    def log_out(self) -> Answer:
        """End the log-in, if the form is our own."""
        who = self._who()
        if who is not None and request.form.get("csrf") == who.csrf:
            self._auth.log_out(who)
        answer = redirect(url_for("log_in"))
        answer.delete_cookie(COOKIE)
        return answer

    def missing(self, error: HTTPException) -> AnyResponse:
        """What is told of an address that nothing answers to; a browser's own files get the bare error."""
        if request.path.startswith("/static/"):
            return error.get_response()
        return Response(self._show("not_found.html", self._who()), error.code or 404)

    def healthz(self) -> Response:
        """The process answers."""
        return Response("ok\n", content_type="text/plain")

    def readyz(self) -> Response:
        """The calls process is heard, and has Asterisk in reach."""
        view = self._services.live.view
        ready = view is not None and view.switch_up
        return Response(
            "ready\n" if ready else "not ready\n", 200 if ready else 503, content_type="text/plain"
        )

    def _who(self) -> Principal | None:
        try:
            return self._auth.of_cookie(request.cookies.get(COOKIE, ""))
        except NotLoggedIn:
            return None

    def _show(self, template: str, who: Principal | None, **fields: Any) -> str:
        language = who.language if who else browser_language()
        texts = words(language)
        return render_template(
            template,
            t=lambda key: texts[key],
            words=texts,
            language=language,
            who=who,
            nonce=g.nonce,
            idle_lock_minutes=self._services.config.console.idle_lock_minutes,
            installation=self._services.config.installation.name,
            pages=_pages_of(who),
            menus=_menus_of(who),
            has_browser_phone=self._has_browser_phone,
            **fields,
        )

    def _has_browser_phone(self, who: Principal) -> bool:
        """Whether a page can be his telephone: he has none on his desk."""
        phone = self._services.store.read(agents.phone_of, who.login) if who.agent else None
        return phone is not None and phone.browser


def _pages_of(who: Principal | None) -> dict[str, str]:
    """The paths of what he may open, by page."""
    return {name: path for name, (path, need) in PAGES.items() if who and who.may(need)}


def _menus_of(who: Principal | None) -> dict[str, dict[str, str]]:
    """The menus that hold something for him, and their pages."""
    may = _pages_of(who)
    menus = {menu: {name: may[name] for name in names if name in may} for menu, names in MENUS.items()}
    return {menu: inside for menu, inside in menus.items() if inside}


def _safe_next() -> str | None:
    """Where he wanted to go, if that is one of our pages."""
    wanted = request.args.get("next", "")
    paths = [path for path, *_ in (*PAGES.values(), *PAGES_OF_ONE.values())]
    for part, expression in _PARTS.items():
        paths = [path.replace(part, expression) for path in paths]
    ours = "|".join(paths)
    return wanted if re.fullmatch(ours, wanted, re.ASCII) else None


def browser_language() -> str:
    """What the browser asks for, as far as we speak it."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]
