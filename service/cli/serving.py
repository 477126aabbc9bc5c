"""Commands that run and check the service: serve, doctor."""

import errno
import json
import logging
import socket
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated, Any

import typer
import uvicorn
from rich.text import Text

from matching.ranking.model_files import rankers_in
from service.app import create_app
from service.cli.app import JsonOption, StoreOption, app, console
from service.diagnosis import diagnose
from service.errors import ListenError
from service.settings import Settings

_LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_GRACE_SECONDS = 10
_SIGNS = {"ok": Text("✓", "green"), "warning": Text("!", "yellow"), "failure": Text("✗", "red")}


@app.command()
def serve(
    store: StoreOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. Without it: KETNOI_HOST, or 127.0.0.1, this machine only.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port to listen on. Without it: KETNOI_PORT, or 8000.")
    ] = None,
) -> None:
    """Serve the pages and the API.

    Load a network first: ketnoi load DIR. What is loaded while the service runs shows up by itself. The API is
    described at /v1/openapi.json. The network's own rankers, as ketnoi train writes them, are read at the start and
    again whenever the network has changed.
    """
    given: dict[str, Any] = {"store": store, "host": host, "port": port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    logging.basicConfig(level=logging.WARNING, format=_LOG_FORMAT)
    for name in ("service", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    rankers_in(settings.models)  # what cannot be used is said here rather than in a log
    with listen(settings.host, settings.port) as listener:
        config = uvicorn.Config(
            create_app(settings),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        console.print(f"Ketnoi: {_address_of(listener)} (Ctrl+C to stop)", highlight=False)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


@app.command()
def doctor(store: StoreOption = None, as_json_text: JsonOption = False) -> None:
    """Check whether Ketnoi can work here: installation, settings, store, model, and a question to the network.

    The network is not changed. Exit code 0: it can. 1: something must be seen to first.
    """
    checks = list(diagnose(Settings(), store))
    is_well = all(check.state != "failure" for check in checks)
    if as_json_text:
        rows = [asdict(check) for check in checks]
        typer.echo(json.dumps({"ok": is_well, "checks": rows}, ensure_ascii=False, indent=1))
    else:
        for check in checks:
            console.print(_SIGNS[check.state], Text(f"{check.name}: {check.message}"), Text(check.hint, "yellow"))
    raise typer.Exit(0 if is_well else 1)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to an address.

    Raises
    ------
    ListenError
        The address is taken, not allowed, or not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise _refusal(error, host, port) from error
    return listener


def _refusal(error: OSError, host: str, port: int) -> ListenError:
    if error.errno == errno.EADDRINUSE:
        return ListenError(
            "port_in_use",
            f"Port {port} of {host} is in use. Stop what uses it, or choose another with --port.",
            host=host,
            port=port,
        )
    return ListenError(
        "cannot_listen", f"Cannot listen on {host}, port {port}: {error.strerror}.", host=host, port=port
    )


def _address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
