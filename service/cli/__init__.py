"""The ``ketnoi`` command. Each module here adds the commands of one concern to the application."""

from service.cli.app import main

__all__ = ["main"]
