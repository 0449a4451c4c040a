"""Jobs that a job defers belong to its transaction, like those that a page defers.

A worker talks to the database through a pool of its own. Left alone it would store what its jobs defer through that
pool as well, at once: seen before the data they are about is there, and kept when that is rolled back.
"""

from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import procrastinate_app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector


class WorkerConnector(PsycopgConnector):
    """The worker's own pool for the worker, Django's connection for its jobs."""

    def get_sync_connector(self) -> BaseConnector:
        """What a job uses: the connection of its thread."""
        return DjangoConnector()


class PortalConnector(DjangoConnector):
    """Django's connection, and what a worker uses instead."""

    def get_worker_connector(self) -> WorkerConnector:
        """A connector for a worker on the same database."""
        return WorkerConnector(kwargs=connector_params(self.alias))


def install() -> None:
    """Let the app of the jobs use it, once that is ready."""
    app = procrastinate_app.current_app
    app.connector = app.job_manager.connector = PortalConnector()
