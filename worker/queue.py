"""Sends a task by its name without loading Celery: Celery's message (protocol 2), published with Kombu.

Publishing comes after the commit. A broker that is away costs the caller about a second and a logged line, never an
error: the next sweep finds the work in the database.
"""

import os
import socket
from uuid import uuid4

import structlog
from kombu.connection import Connection
from kombu.exceptions import OperationalError
from kombu.messaging import Producer
from kombu.pools import producers
from redis.exceptions import RedisError

GENERAL = "celery"
REMINDERS = "reminders"
_SECONDS = 1.0
_log = structlog.get_logger(__name__)


def queue_of(name: str) -> str:
    """The queue of a task: sweep and heartbeat have one of their own, so that no long work keeps a reminder waiting."""
    return REMINDERS if name.startswith(("reminders.", "schedule.")) else GENERAL


class QueueByName:
    """A `core.jobs.JobQueue` on the broker at `broker_url` (as Celery writes addresses). May be shared by threads."""

    def __init__(self, broker_url: str) -> None:
        self._connection = Connection(
            broker_url,
            connect_timeout=_SECONDS,
            transport_options={
                "socket_connect_timeout": _SECONDS,
                "socket_timeout": _SECONDS,
                "retry_on_timeout": False,
                "max_retries": 1,
                "interval_start": 0,
                "interval_step": 0,
                "connect_retries_timeout": _SECONDS,
            },
        )
        self._origin = f"{os.getpid()}@{socket.gethostname()}"

    def send(self, name: str, /, **arguments: str | int) -> bool:
        """Queue the task `name`; False when the broker did not take it."""
        try:
            with producers[self._connection].acquire(block=True, timeout=_SECONDS) as producer:
                self._publish(producer, name, arguments)
        except (OperationalError, RedisError, OSError) as problem:
            _log.warning("job not queued", job=name, reason=type(problem).__name__)
            return False
        return True

    def _publish(self, producer: Producer, name: str, arguments: dict[str, str | int]) -> None:
        task_id = str(uuid4())
        producer.publish(
            [[], arguments, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}],
            routing_key=queue_of(name),
            serializer="json",
            correlation_id=task_id,
            retry=False,
            headers={
                "lang": "py",
                "task": name,
                "id": task_id,
                "root_id": task_id,
                "parent_id": None,
                "group": None,
                "retries": 0,
                "timelimit": [None, None],
                "eta": None,
                "expires": None,
                "argsrepr": "",
                "kwargsrepr": "",
                "origin": self._origin,
                "ignore_result": True,
            },
        )
