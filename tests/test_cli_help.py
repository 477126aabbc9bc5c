"""The help of the commands: every word of it in both languages."""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from graph.kinds import LANGUAGES, Language
from graph.wording import load_catalogue
from matching.learning.training import N_EXAMPLES
from service.cli import main
from service.cli.app import _MODULE_OF, app
from service.cli.help import help_language, write_help

ROOT = Path(__file__).parent.parent


def commands_below(command: Any, name: str) -> dict[str, Any]:
    found = {name: command}
    for below, subcommand in getattr(command, "commands", {}).items():
        found |= commands_below(subcommand, below)
    return found


@pytest.fixture(scope="module")
def commands() -> dict[str, Any]:
    """Every command by its name, groups included."""
    for module in _MODULE_OF.values():
        import_module(f"service.cli.{module}")
    return commands_below(get_command(app), "ketnoi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_and_parameter_is_explained(commands: dict[str, Any], language: Language) -> None:
    write_help(commands["ketnoi"], language)
    for name, command in commands.items():
        assert len(command.help) > 20, name
        for parameter in command.params:
            assert len(parameter.help) > 5, (name, parameter.name)


def test_every_text_of_the_help_is_used(commands: dict[str, Any]) -> None:
    used = {f"commands.{name}" for name in commands}
    used |= {f"{name}.{parameter.name}" for name, command in commands.items() for parameter in command.params}
    shared = {f"any.{parameter.name}" for command in commands.values() for parameter in command.params} | {"any.help"}
    texts = {key for key in load_catalogue("vi", "help").texts if not key.startswith("frame.")}
    assert texts <= used | shared


def test_every_command_of_the_readme_exists_and_every_command_is_in_the_readme(commands: dict[str, Any]) -> None:
    named = set(re.findall(r"ketnoi ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert named <= commands.keys()
    assert set(_MODULE_OF) <= named


def test_the_help_states_how_much_is_learned_from() -> None:
    for language in LANGUAGES:
        text = load_catalogue(language, "help").template("train.examples")
        assert [int(number) for number in re.findall(r"\d+", text)] == [N_EXAMPLES["partner"], N_EXAMPLES["brief"]]


def shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr(sys, "argv", ["ketnoi", *words])
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    return " ".join(capsys.readouterr().out.split())


def test_help_is_in_the_language_of_the_option_or_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KETNOI_LANGUAGE", raising=False)
    assert "Gợi ý đối tác và nói vì sao" in shown(monkeypatch, capsys, "match", "--help")
    english = shown(monkeypatch, capsys, "match", "--language", "en", "--help")
    assert "Suggest partners and say why" in english
    assert "Tùy chọn" not in english
    monkeypatch.setenv("KETNOI_LANGUAGE", "en")
    assert "Commands" in shown(monkeypatch, capsys, "--help")
    assert "Đối số" in shown(monkeypatch, capsys, "convert", "cordis", "--language=vi", "--help")


def test_wrong_settings_do_not_keep_anybody_from_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KETNOI_LANGUAGE", "fr")
    assert help_language(["match", "--help"]) == "vi"
    assert help_language(["match", "--language", "en"]) == "en"


def test_every_text_of_the_commands_is_used() -> None:
    sources = [*(ROOT / "service").glob("*.py"), *(ROOT / "service/cli").glob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    keys = re.findall(r"[\"']([a-z]+\.[\w{}.]+)[\"']", text)  # some are put together: f"doctor.model_{origin}"
    patterns = [re.sub(r"{[^}]*}", r"\\w+", re.escape(key).replace(r"\{", "{").replace(r"\}", "}")) for key in keys]
    for key in load_catalogue("vi", "command").texts:
        assert any(re.fullmatch(pattern, key) for pattern in patterns), key
