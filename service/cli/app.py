"""The root of the command line: the application object, shared options and how errors end a command."""

import sys
from importlib import import_module
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


_MODULE_OF = {
    "load": "network",
    "export": "network",
    "convert": "registers",
    "diff": "changes",
    "judge": "review",
    "merges": "review",
    "review": "review",
    "unmerge": "review",
    "match": "partners",
    "rank": "partners",
    "evaluate": "partners",
    "train": "training",
    "serve": "serving",
    "doctor": "serving",
}
"""Where each command lives: scikit-learn takes a second to import, which only those who need it shall wait for."""


def main() -> None:
    """Run the command line; every expected failure ends with a sentence and exit code 2."""
    named = [word for word in sys.argv[1:2] if word in _MODULE_OF]
    for module in dict.fromkeys(_MODULE_OF[word] for word in named or _MODULE_OF):
        import_module(f"service.cli.{module}")
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
