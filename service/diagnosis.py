"""The checks of ``ketnoi doctor``: whether Ketnoi can work on this machine."""

import os
import platform
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Literal

from graph.errors import KetnoiError
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from graph.wording import Catalogue
from matching.questions import Options
from matching.ranking.model_files import day_one_rankers, model_file, rankers_in
from matching.ranking.ranker import Ranker, Task
from matching.recommend import Recommender
from service.pages.wording import format_number
from service.settings import Settings

PACKAGES = ("graph", "ingest", "matching", "service")
OLDEST_PYTHON = (3, 11)

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: a message, and a hint that says what to do.

    Attributes
    ----------
    name
        The key of the check; ``doctor.NAME`` in the catalogue is its name for people.
    """

    name: str
    state: State
    message: str
    hint: str = ""


def diagnose(settings: Settings, words: Catalogue, uri: str | None = None) -> Iterator[Check]:
    """The checks one after another: installation, kinds, rankers, settings, store, a question to the network.

    Parameters
    ----------
    words
        The section ``command`` of the catalogue.
    uri
        The address of the store; None for the one of the settings.
    """
    yield _python(words)
    yield _packages(words)
    yield _kinds(words)
    rankers = yield from _models(settings.models, words)
    address = uri or settings.store
    yield from _settings(settings, address, words)
    yield from _store(settings, address, rankers, words)


def _python(words: Catalogue) -> Check:
    message = words.text("doctor.python_found", found=platform.python_version())
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return Check("python", "failure", message, words.text("doctor.python_hint", oldest=oldest))
    return Check("python", "ok", message)


def _packages(words: Catalogue) -> Check:
    owners = packages_distributions()
    foreign = {name: owner for name in PACKAGES for owner in owners.get(name, ()) if owner != "ketnoi"}
    if foreign:
        listed = ", ".join(f"{name} ({owner})" for name, owner in foreign.items())
        message = words.text("doctor.packages_foreign", owners=listed)
        return Check("packages", "failure", message, words.text("doctor.packages_foreign_hint"))
    folders = {Path(str(import_module(name).__file__)).parent.parent for name in PACKAGES}
    if len(folders) > 1:
        message = words.text("doctor.packages_scattered", folders=", ".join(sorted(map(str, folders))))
        return Check("packages", "failure", message, words.text("doctor.packages_scattered_hint"))
    message = words.text("doctor.packages_found", version=version("ketnoi"), folder=folders.pop())
    return Check("packages", "ok", message)


def _kinds(words: Catalogue) -> Check:
    try:
        kinds = load_kinds()
    except KetnoiError as error:
        return Check("kinds", "failure", error.message, words.text("doctor.kinds_hint"))
    counts = {"n_actor": len(kinds.actor), "n_relationship": len(kinds.relationship), "n_fields": len(kinds.fields)}
    return Check("kinds", "ok", words.text("doctor.kinds_found", **counts, version=kinds.version))


def _models(folder: Path, words: Catalogue) -> Generator[Check, None, Mapping[Task, Ranker] | None]:
    """The check of the rankers; returns the rankers in use, or None if a file cannot be used."""
    try:
        day_one_rankers()
    except KetnoiError as error:
        yield Check("model", "failure", error.message, words.text("doctor.model_shipped_hint"))
        return None
    try:
        rankers = rankers_in(folder)
    except KetnoiError as error:
        yield Check("model", "failure", error.message, words.text("doctor.model_own_hint", folder=folder))
        return None
    listed = []
    for task, ranker in rankers.items():
        origin = "own" if model_file(folder, task).exists() else "shipped"
        listed.append(words.text(f"doctor.model_{origin}", task=task, version=ranker.version))
    yield Check("model", "ok", ", ".join(listed))
    return rankers


def _settings(settings: Settings, address: str, words: Catalogue) -> Iterator[Check]:
    if "://" in address and settings.neo4j_password is None:
        message, hint = words.text("doctor.neo4j_password_missing"), words.text("doctor.neo4j_password_hint")
        yield Check("neo4j_password", "warning", message, hint)
    writing = "closed" if settings.write_token is None else "open"
    yield Check("writing", "ok", words.text(f"doctor.writing_{writing}"))


def _store(
    settings: Settings, address: str, rankers: Mapping[Task, Ranker] | None, words: Catalogue
) -> Iterator[Check]:
    if "://" not in address:
        file_check = _file(address, words)
        yield file_check
        if file_check.state != "ok":
            return
    started = time.perf_counter()
    try:
        with settings.open_store(address) as store:
            counts = store.counts()
            facts = {
                "n_actors": counts.n_actors,
                "n_projects": counts.n_projects,
                "n_relationships": counts.n_relationships,
                "milliseconds": _milliseconds_since(started),
            }
            message = words.text("doctor.store_found", uri=store.uri, **facts)
            if counts.n_actors:
                yield Check("store", "ok", message)
            else:
                yield Check("store", "warning", message, words.text("doctor.store_empty_hint"))
            if counts.n_actors and rankers:
                yield _question(store, rankers, words)
    except KetnoiError as error:
        yield Check("store", "failure", error.message)


def _file(address: str, words: Catalogue) -> Check:
    path = Path(address.removeprefix("sqlite:")).expanduser().absolute()
    if path.exists():
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            megabytes = format_number(path.stat().st_size / 1e6, words.language)
            return Check("store_file", "ok", words.text("doctor.store_file_found", path=path, megabytes=megabytes))
        message = words.text("doctor.store_file_locked", path=path)
        return Check("store_file", "failure", message, words.text("doctor.store_file_locked_hint"))
    folder = next(parent for parent in path.parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        message = words.text("doctor.store_file_no_place", folder=folder)
        return Check("store_file", "failure", message, words.text("doctor.store_file_no_place_hint"))
    message = words.text("doctor.store_file_missing", path=path)
    return Check("store_file", "warning", message, words.text("doctor.store_file_missing_hint"))


def _question(store: GraphStore, rankers: Mapping[Task, Ranker], words: Catalogue) -> Check:
    started = time.perf_counter()
    snapshot = GraphSnapshot.from_store(store)
    recommender = Recommender.build(snapshot, rankers)
    milliseconds = _milliseconds_since(started)
    started = time.perf_counter()
    recommender.for_actor(str(snapshot.actor_ids[0]), Options(limit=1))
    times = {"milliseconds": milliseconds, "question_milliseconds": _milliseconds_since(started)}
    return Check("network", "ok", words.text("doctor.network_ready", **times))


def _milliseconds_since(started: float) -> int:
    return round(1000 * (time.perf_counter() - started))
