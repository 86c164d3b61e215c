"""The Celery object. Celery is the alarm clock, the database the memory: a message that is lost changes nothing.

A message carries names and numbers as JSON; a task leaves the queue when it has ended, can run twice.
"""

import signal
from collections.abc import Callable
from typing import Any, TypeVar, cast

from celery import Celery, signals

from config.settings import Settings
from mla_tracker.standalone.processes import die_with_parent
from worker import office
from worker.queue import GENERAL, queue_of
from worker.schedule import SCHEDULE

Task = TypeVar("Task", bound=Callable[..., None])


def _route(name: str, *_given: Any, **_options: Any) -> dict[str, str]:
    return {"queue": queue_of(name)}


app = Celery("mla_tracker", include=["worker.reminding", "worker.tasks"])
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    task_soft_time_limit=600,
    task_time_limit=660,
    task_default_queue=GENERAL,
    task_routes=(_route,),
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"socket_connect_timeout": 5, "socket_timeout": 30, "visibility_timeout": 900},
    beat_schedule=SCHEDULE,
    beat_scheduler="celery.beat:Scheduler",
    beat_max_loop_interval=5,
    timezone="UTC",
)


def configure(settings: Settings) -> None:
    """Bind the Celery object, and the tasks, to one office."""
    office.configure(settings)
    app.conf.update(broker_url=settings.broker_url, worker_concurrency=settings.worker_processes)


def job(name: str, *, keep: bool = True) -> Callable[[Task], Task]:
    """Register a function as the task `name`: the name is what the schedule and the web send.

    Without `keep` the message leaves the queue as the task begins: the schedule sends it again soon, and a broker that
    goes away does not end the work in hand, as it does with a message that is still the broker's.
    """

    def register(function: Task) -> Task:
        return cast("Task", app.task(name=name, acks_late=keep, reject_on_worker_lost=keep)(function))

    return register


def _leave_logging_alone(**_given: Any) -> None:
    """Being connected is the point: the entry point has set up logging, Celery shall not."""


def _end_with_the_worker(**_given: Any) -> None:
    die_with_parent(signal.SIGKILL)


signals.setup_logging.connect(_leave_logging_alone)
signals.worker_process_init.connect(_end_with_the_worker)
signals.beat_embedded_init.connect(_end_with_the_worker)
