"""The help of the commands in the language of the reader."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import typer
from pydantic import ValidationError
from typer import rich_utils

from graph.kinds import LANGUAGES, Language
from graph.wording import Catalogue, load_catalogue
from service.settings import Settings

_FRAME = {
    "ARGUMENTS_PANEL_TITLE": "frame.arguments",
    "OPTIONS_PANEL_TITLE": "frame.options",
    "COMMANDS_PANEL_TITLE": "frame.commands",
    "ERRORS_PANEL_TITLE": "frame.error",
    "DEFAULT_STRING": "frame.default",
    "REQUIRED_LONG_STRING": "frame.required",
}
"""Key of the text for each text that Typer itself puts around the help."""
HELP_OPTIONS = ("-h", "--help")


def help_language(arguments: Sequence[str]) -> Language:
    """The language of the help: the one that the arguments choose, else the one of the settings.

    >>> help_language(["match", "--language", "en", "--help"]), help_language(["match", "--language=vi"])
    ('en', 'vi')
    """
    words = [word for argument in arguments for word in argument.split("=", 1)]
    after = {word for option, word in pairwise(words) if option == "--language"}
    for language in LANGUAGES:
        if language in after:
            return language
    try:
        return Settings().language
    except ValidationError:
        return "vi"  # the command itself says what is wrong with the settings


def write_help(command: Any, language: Language, name: str = "ketnoi") -> None:
    """Give a command, its parameters and the commands below it their help in a language.

    Parameters
    ----------
    command
        A command of Typer, with the attributes ``help``, ``params`` and, for a group, ``commands``.
    name
        The name of the command in the catalogue.
    """
    words = load_catalogue(language, "help")
    for constant, key in _FRAME.items():
        setattr(rich_utils, constant, words.template(key))
    command.help = words.template(f"commands.{name}")
    shown_by = command.get_help_option(typer.Context(command, help_option_names=list(HELP_OPTIONS)))
    for parameter in (*command.params, shown_by):
        parameter.help = _parameter_help(words, name, parameter.name)
    for below, subcommand in getattr(command, "commands", {}).items():
        write_help(subcommand, language, below)


def _parameter_help(words: Catalogue, command: str, parameter: str) -> str:
    key = f"{command}.{parameter}"
    return words.template(key if key in words.texts else f"any.{parameter}")
