"""Pages for development only: the gallery of components and the mail folder. No other environment loads them."""

from flask import Flask

from mla_tracker.web.dev.gallery import bp as gallery
from mla_tracker.web.dev.mail import bp as mail


def install_dev(app: Flask) -> None:
    """Adds them to an application that is being developed."""
    app.register_blueprint(gallery)
    app.register_blueprint(mail)
