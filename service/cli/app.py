"""The root of the command line: the application, its consoles, and how an error ends a command."""

import sys
from importlib import import_module

import typer
from pydantic import ValidationError
from rich.console import Console
from typer.main import get_command

from graph.errors import KetnoiError
from service.cli.help import HELP_OPTIONS, help_language, write_help
from service.settings import Settings

app = typer.Typer(
    name="ketnoi",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": list(HELP_OPTIONS)},
)
console = Console()
error_console = Console(stderr=True)

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
    "rank": "ranking",
    "evaluate": "evaluation",
    "train": "training",
    "serve": "serving",
    "doctor": "serving",
}
"""The module of each command. Only the module of the command at hand is imported: scikit-learn alone takes a second."""


@app.callback()
def ketnoi() -> None:
    """Keep a group, also when only one command is imported."""


def main() -> None:
    """Run the command line. Every expected failure ends with a sentence and exit code 2."""
    named = [word for word in sys.argv[1:2] if word in _MODULE_OF]
    for module in dict.fromkeys(_MODULE_OF[word] for word in named or _MODULE_OF):
        import_module(f"service.cli.{module}")
    command = get_command(app)
    write_help(command, help_language(sys.argv[1:]))
    try:
        command()
    except KetnoiError as error:
        _print_error(f"{error.code}: {error.message}")
        sys.exit(2)
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        for entry in error.errors(include_input=False):
            name = "_".join(("KETNOI", *(str(part) for part in entry["loc"]))).upper()
            _print_error(f"{name}: {entry['msg']}.")
        sys.exit(2)


def _print_error(sentence: str) -> None:
    error_console.print(sentence, soft_wrap=True, highlight=False, markup=False, style="red")
