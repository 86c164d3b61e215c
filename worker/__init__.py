"""The Celery side: the application, the schedule, the tasks."""
