"""The root of the command line: the application object, shared options and how errors end a command."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from graph.errors import KetnoiError
from service.settings import Settings

app = typer.Typer(
    name="ketnoi",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ketnoi (kết nối) suggests partners in an innovation network and says why.",
)
console = Console()
error_console = Console(stderr=True)

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URI",
        help="Where the network is kept: a path, sqlite:PATH, neo4j://HOST:PORT or bolt://HOST:PORT. "
        "Without it: KETNOI_STORE, or a file in your data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def main() -> None:
    """Run the command line; every expected failure ends with a sentence and exit code 2."""
    try:
        app()
    except KetnoiError as error:
        error_console.print(
            f"{error.code}: {error.message}", soft_wrap=True, highlight=False, markup=False, style="red"
        )
        sys.exit(2)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        for entry in error.errors(include_input=False):
            name = "_".join(("KETNOI", *(str(part) for part in entry["loc"]))).upper()
            error_console.print(f"{name}: {entry['msg']}.", soft_wrap=True, highlight=False, markup=False, style="red")
        sys.exit(2)
