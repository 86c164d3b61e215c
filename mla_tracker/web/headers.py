"""The headers of every answer, errors included."""

from typing import Final

from flask import Flask, Response, request
from flask_login import current_user

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)


def install_headers(app: Flask, *, secure: bool) -> None:
    """Content security policy without any `unsafe-`, and the rest of ASVS 3.4; no store for people who are signed
    in.
    """

    @app.after_request
    def _add(response: Response) -> Response:
        put = response.headers.setdefault
        put("Content-Security-Policy", POLICY)
        put("X-Content-Type-Options", "nosniff")
        put("Referrer-Policy", "same-origin")
        put("Cross-Origin-Opener-Policy", "same-origin")
        put("Cross-Origin-Resource-Policy", "same-origin")
        put("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if secure:
            put("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.endpoint != "static" and current_user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response
