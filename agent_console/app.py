"""The Flask application: pages and REST. It runs in threads, so that a slow page never delays a push."""

import secrets

from flask import Flask, Response, g, request

from agent_console import api, openapi
from agent_console.api_docs import ApiDocs
from agent_console.auth import Auth
from agent_console.operations import json_response
from agent_console.pages import Pages
from agent_console.problems import answer_problems
from agent_console.services import Services
from agent_console.trust import HttpsFromNowOn, Trust


def create_app(services: Services, auth: Auth) -> Flask:
    """The application, with all its routes."""
    app = Flask("agent_console")
    app.config["MAX_CONTENT_LENGTH"] = 2 << 20
    app.json.sort_keys = False  # type: ignore[attr-defined]
    pages = Pages(services, auth)
    answer_problems(app, pages.missing)
    api.OPERATIONS.mount(app, services, lambda: auth.of_request(request))
    pages.mount(app)
    Trust(services.config).mount(app)
    app.add_url_rule(
        "/api/v1/openapi.json", "openapi", lambda: json_response(openapi.document(api.OPERATIONS))
    )
    ApiDocs(services, api.OPERATIONS).mount(app)
    app.before_request(_new_nonce)
    app.after_request(_secure)
    app.after_request(HttpsFromNowOn(services.config, services.now))
    return app


def _new_nonce() -> None:
    g.nonce = secrets.token_urlsafe(16)


def _secure(response: Response) -> Response:
    """Nothing from elsewhere, nothing inline but what bears this answer's nonce, no framing."""
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:; "
        f"style-src 'self'; script-src 'self' 'nonce-{g.get('nonce', '')}'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
