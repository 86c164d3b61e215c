"""The web server as `mla-tracker web` runs it, without the limits per person: one client stands for a whole office."""

from flask import Flask

from mla_tracker.app import create_app
from mla_tracker.cli_office import running
from mla_tracker.web import assets
from mla_tracker.web.extensions import limiter
from mla_tracker.web_server import run


def main() -> None:
    """Serve until stopped."""
    with running("web") as settings:
        assets.ready(settings.var_dir / "static")

        def make() -> Flask:
            app = create_app(settings)
            limiter.enabled = False
            return app

        run(settings, make)


if __name__ == "__main__":
    main()
