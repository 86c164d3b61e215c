"""How the web process and the commands ask for work to be done elsewhere, without knowing Celery."""

from typing import Protocol


class JobQueue(Protocol):
    """Sends a job by name. To be called after the commit; a broker that is away never fails the caller."""

    def send(self, name: str, /, **arguments: str | int) -> bool:
        """Queue the job `name`; False when the broker did not take it (the sweep drives it again)."""
        ...
