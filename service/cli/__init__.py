"""The ``ketnoi`` command. Each module here adds the commands of one concern to the application."""

from service.cli import network, partners, serving
from service.cli.app import app, main

__all__ = ["app", "main", "network", "partners", "serving"]
