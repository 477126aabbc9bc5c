"""The glossary names what is in the code."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("graph", "ingest", "matching", "service")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = re.findall(r"^- \*\*(.+?)\*\*:", GLOSSARY, re.MULTILINE)


def defined_names(node: ast.AST, owner: str = "") -> Iterator[str]:
    """Classes, functions and variables of a module, with members of classes as ``Class.member``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield owner + child.name
            if isinstance(child, ast.ClassDef):
                yield child.name
                yield from defined_names(child, f"{child.name}.")
        elif isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name):
            yield owner + child.target.id
        elif isinstance(child, ast.Assign):
            yield from (owner + target.id for target in child.targets if isinstance(target, ast.Name))


@pytest.fixture(scope="module")
def names() -> set[str]:
    modules = chain.from_iterable((ROOT / package).rglob("*.py") for package in PACKAGES)
    trees = [ast.parse(module.read_text(encoding="utf-8")) for module in modules]
    return set(chain.from_iterable(map(defined_names, trees)))


def test_the_glossary_names_what_the_code_defines(names: set[str]) -> None:
    quoted = re.findall(r"\(([^()]*`[^()]*)\)", GLOSSARY)
    carriers = list(chain.from_iterable(re.findall(r"`([^`]+)`", part) for part in quoted))
    assert len(carriers) > 60
    missing = [each for each in carriers if each not in names and not ("/" in each and (ROOT / each).is_file())]
    assert missing == []


def test_a_name_that_the_code_lacks_would_be_noticed(names: set[str]) -> None:
    assert "Actor.subkind" in names
    assert "Actor.likeness" not in names
    assert "Telling" not in names


def test_the_glossary_gives_each_word_one_meaning_in_alphabetical_order() -> None:
    assert len(set(TERMS)) == len(TERMS)
    for section in GLOSSARY.split("\n## ")[1:]:
        terms = [term.lower() for term in re.findall(r"^- \*\*(.+?)\*\*:", section, re.MULTILINE)]
        assert terms == sorted(terms)
        assert terms


def test_the_readme_leads_to_the_glossary() -> None:
    assert "(docs/glossary.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
