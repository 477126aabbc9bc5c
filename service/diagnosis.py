"""Whether Ketnoi can work on this machine: what ``ketnoi doctor`` says."""

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
from matching.questions import Options
from matching.ranking.model_files import day_one_rankers, model_file, rankers_in
from matching.ranking.ranker import Ranker, Task
from matching.recommend import Recommender
from service.settings import Settings

PACKAGES = ("graph", "ingest", "matching", "service")
OLDEST_PYTHON = (3, 11)

State = Literal["ok", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, what was found, and what to do about it."""

    name: str
    state: State
    message: str
    hint: str = ""


def diagnose(settings: Settings, uri: str | None = None) -> Iterator[Check]:
    """What was found, one thing after another: installation, settings, model, store, network."""
    yield _python()
    yield _packages()
    yield _kinds()
    rankers = yield from _models(settings.models)
    address = uri or settings.store
    yield from _settings(settings, address)
    yield from _store(settings, address, rankers)


def _python() -> Check:
    found = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        return Check("python", "failure", f"Python {found}", f"Install Python {wanted} or newer.")
    return Check("python", "ok", f"Python {found}")


def _packages() -> Check:
    owners = packages_distributions()
    foreign = {name: owner for name in PACKAGES for owner in owners.get(name, ()) if owner != "ketnoi"}
    if foreign:
        named = ", ".join(f"{name} ({owner})" for name, owner in foreign.items())
        return Check(
            "packages",
            "failure",
            f"Other distributions own our import names: {named}",
            "Uninstall them, or install Ketnoi into an environment of its own.",
        )
    folders = {Path(str(import_module(name).__file__)).parent.parent for name in PACKAGES}
    if len(folders) > 1:
        return Check(
            "packages",
            "failure",
            f"The packages come from several folders: {', '.join(sorted(map(str, folders)))}",
            "Run Ketnoi from a folder without packages named graph, ingest, matching or service.",
        )
    return Check("packages", "ok", f"Ketnoi {version('ketnoi')} in {folders.pop()}")


def _kinds() -> Check:
    try:
        kinds = load_kinds()
    except KetnoiError as error:
        return Check("kinds", "failure", error.message, "Correct graph/kinds.toml and graph/fields.toml.")
    n_kinds = f"{len(kinds.actor)} kinds of actor, {len(kinds.relationship)} of relationship"
    return Check("kinds", "ok", f"{n_kinds}, {len(kinds.fields)} fields (version {kinds.version})")


def _models(folder: Path) -> Generator[Check, None, Mapping[Task, Ranker] | None]:
    """Which rankers are in use; gives them back, or None where a file cannot be used."""
    try:
        day_one_rankers()
    except KetnoiError as error:
        yield Check("model", "failure", error.message, "Install Ketnoi again: a file of its own is not as it was.")
        return None
    try:
        rankers = rankers_in(folder)
    except KetnoiError as error:
        hint = f"Or remove the file from {folder} to go back to the ranker that ships with Ketnoi."
        yield Check("model", "failure", error.message, hint)
        return None
    whose = {
        task: "the network's own" if model_file(folder, task).exists() else "ships with Ketnoi" for task in rankers
    }
    said = (f"{task}: {ranker.version} ({whose[task]})" for task, ranker in rankers.items())
    yield Check("model", "ok", ", ".join(said))
    return rankers


def _settings(settings: Settings, address: str) -> Iterator[Check]:
    if "://" in address and settings.neo4j_password is None:
        yield Check(
            "neo4j password", "warning", "KETNOI_NEO4J_PASSWORD is not set", "Set it unless the server asks for none."
        )
    if settings.write_token is None:
        yield Check("writing", "ok", "the API is for reading; KETNOI_WRITE_TOKEN would allow writes")
    else:
        yield Check("writing", "ok", "who knows KETNOI_WRITE_TOKEN may write through the API")


def _store(settings: Settings, address: str, rankers: Mapping[Task, Ranker] | None) -> Iterator[Check]:
    if "://" not in address:
        file_check = _file(address)
        yield file_check
        if file_check.state != "ok":
            return
    started = time.perf_counter()
    try:
        with settings.open_store(address) as store:
            counts = store.counts()
            took_ms = 1000 * (time.perf_counter() - started)
            yield Check(
                "store",
                "ok" if counts.n_actors else "warning",
                f"{store.uri}: {counts.n_actors:,} actors, {counts.n_projects:,} projects, "
                f"{counts.n_relationships:,} relationships, answered in {took_ms:.0f} ms",
                "" if counts.n_actors else "Load a network: ketnoi load DIR",
            )
            if counts.n_actors and rankers:
                yield _question(store, rankers)
    except KetnoiError as error:
        yield Check("store", "failure", error.message)


def _file(address: str) -> Check:
    path = Path(address.removeprefix("sqlite:")).expanduser().absolute()
    if path.exists():
        is_writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        if is_writable:
            return Check("store file", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB")
        return Check("store file", "failure", f"{path} cannot be written", "See to its and its folder's permissions.")
    folder = next(parent for parent in path.parents if parent.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return Check("store file", "failure", f"{folder} cannot be written", "See to it, or set KETNOI_STORE.")
    return Check("store file", "warning", f"there is no network at {path} yet", "Load one: ketnoi load DIR")


def _question(store: GraphStore, rankers: Mapping[Task, Ranker]) -> Check:
    started = time.perf_counter()
    snapshot = GraphSnapshot.from_store(store)
    recommender = Recommender.build(snapshot, rankers)
    built_ms = 1000 * (time.perf_counter() - started)
    started = time.perf_counter()
    recommender.for_actor(str(snapshot.actor_ids[0]), Options(limit=1))
    asked_ms = 1000 * (time.perf_counter() - started)
    return Check("network", "ok", f"ready in {built_ms:.0f} ms, a question answered in {asked_ms:.0f} ms")
