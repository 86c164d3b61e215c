"""Documents of a request: `views.py` reads and hands out, `adding.py` takes in, `changing.py` does the rest."""

from mla_tracker.web.documents import adding, changing  # noqa: F401 - their routes belong to the blueprint
from mla_tracker.web.documents.views import bp as bp
