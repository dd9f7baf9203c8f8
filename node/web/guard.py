"""Who may ask, and from which page: hosts, origins, form tokens, headers. Knows nothing of what is asked."""

from __future__ import annotations

import hmac
import ipaddress
import re
import socket
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request

BODY = 64 * 1024  # bytes that a form may weigh
COOKIE = "visit"
NAMES = re.compile(r"localhost|corkboard(-[0-9]{1,3})?\.local")
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# leaving must work from the oldest page; the search changes nothing, and its page is the same for all
WITHOUT_TOKEN = ("kiosk.leave", "phone.leave", "desk.leave", "kiosk.search", "phone.search")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not no-referrer: with that, browsers send "Origin: null" with our own forms, and the check would fail
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def install(app: Flask, port: int, secret: bytes, wide: Mapping[str, Callable[[], Any]]) -> None:
    """Refuse what did not come from a page of ours. secret: keys the form tokens. wide: endpoints that take more than a
    form, and what is asked first there: it makes room for it, or answers."""
    app.config.update(MAX_CONTENT_LENGTH=BODY, MAX_FORM_MEMORY_SIZE=BODY, MAX_FORM_PARTS=100)
    name = own_name()

    @app.before_request
    def check() -> Any:
        if not good_host(request.host, port, name):
            abort(403)
        answer = _weighed(wide)
        if answer is None and request.method not in ("GET", "HEAD", "OPTIONS"):
            check_form(secret)
        return answer

    @app.after_request
    def protect(answer: Response) -> Response:
        answer.headers.extend(HEADERS)  # no page sets one of these, and looking for each first takes longer
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    app.jinja_env.globals["form_token"] = lambda: token(visit_id(), secret)


def _weighed(wide: Mapping[str, Callable[[], Any]]) -> Any:
    """What is answered to a request that is too large; None to others."""
    if request.method == "POST" and (make_room := wide.get(request.endpoint or "")):
        return make_room()
    return abort(413) if (request.content_length or 0) > BODY else None


@cache
def own_name() -> str:
    """What this machine is called; asked for once."""
    return socket.gethostname().lower()


@lru_cache(maxsize=256)  # a phone says the same each time
def good_host(host: str, port: int, own_name: str = "") -> bool:
    """Any IP address or a name of ours, with our port: a name that somebody else controls is refused."""
    try:
        parts = urlsplit(f"//{host}")
        name, given = (parts.hostname or "").rstrip("."), parts.port or 80
    except ValueError:
        return False
    return given in (port, 80) and (_is_address(name) or _is_ours(name, own_name))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_ours(name: str, own_name: str) -> bool:
    return bool(NAMES.fullmatch(name)) or (own_name != "" and name in (own_name, f"{own_name}.local"))


def check_form(secret: bytes) -> None:
    """403 unless it comes from a page of this node and carries that page's token.

    Sec-Fetch-Site is not sent over plain HTTP, so Origin it is; a browser too old to send it has the token.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        abort(403)
    if request.endpoint in WITHOUT_TOKEN:
        return
    given = request.form.get("token", "")
    if not hmac.compare_digest(given.encode(), token(request.cookies.get(COOKIE, ""), secret).encode()):
        abort(403)


def token(visit: str, secret: bytes) -> str:
    return hmac.digest(secret, b"form " + visit.encode(), "sha256").hex()[:32]


def visit_id() -> str:
    """The random id of this visit; a new one is sent with the answer (visits.install)."""
    wanted: str = g.visit_id
    g.visit_used = True
    return wanted
