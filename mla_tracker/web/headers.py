"""The headers of every answer: pages, errors, static files, and what the server refuses before a view (ASVS 3.4)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
FIXED: Final = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
OVER_HTTPS: Final = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)


class Headers:
    """Around the whole application, so that no answer passes without; an answer that set one itself keeps its own."""

    def __init__(self, inner: "WSGIApplication", *, secure: bool) -> None:
        self._inner = inner
        self._headers = FIXED + (OVER_HTTPS if secure else ())

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            present = {name.lower() for name, _value in headers}
            own = [(name, value) for name, value in self._headers if name.lower() not in present]
            return start_response(status, [*headers, *own], *error)

        return self._inner(environ, start)


def install_headers(app: Flask, *, secure: bool) -> None:
    """Every answer carries the headers; what a view makes is kept nowhere, since it may show a case. Call it after
    the static files are in place: those pass by the views and may be kept.
    """

    @app.after_request
    def _not_kept(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    app.wsgi_app = Headers(app.wsgi_app, secure=secure)  # type: ignore[method-assign]
