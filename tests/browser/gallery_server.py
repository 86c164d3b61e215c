"""The gallery served by itself: our frame, sheets and scripts under the policy of the pages, without a database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import Babel
from werkzeug.serving import make_server

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.permissions import ROLE_PERMISSIONS, Role
from mla_tracker.core.folders import TEMPLATES, TRANSLATIONS
from mla_tracker.web import assets, preferences
from mla_tracker.web.dev.gallery import bp
from mla_tracker.web.headers import POLICY
from mla_tracker.web.look import install_look

LANGUAGES = ("en", "fr", "ar")


def gallery_app(folder: Path, translations: Path = TRANSLATIONS) -> Flask:
    """A supervisor's view of the gallery; `?lang=` chooses the language. The other pages of the head are one word."""
    app = Flask("gallery", template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations)
    Babel(app, locale_selector=lambda: request.args.get("lang") or request.cookies.get("language", "en"))
    reader = Actor(1, "Marta Lindqvist", Role.SUPERVISOR, ROLE_PERMISSIONS[Role.SUPERVISOR])
    install_look(
        app,
        assets.ready(folder),
        actor=lambda: reader,
        office=lambda: ("Central Authority", "Ministry of Justice"),
        languages=LANGUAGES,
    )
    app.register_blueprint(bp)
    app.register_blueprint(preferences.bp)
    with app.app_context():
        preferences.configure(LANGUAGES)
    for path in ("/", "/cases", "/cases/new", "/deadlines", "/dashboard", "/statistics", "/reports", "/directory"):
        app.add_url_rule(path, path, lambda: "page")
    app.add_url_rule("/logout", "logout", lambda: "out", methods=["POST"])

    @app.after_request
    def _policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address at which the application answers until the end of the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
