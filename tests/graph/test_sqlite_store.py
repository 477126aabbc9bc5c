import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph import sqlite_schema
from graph.errors import StoreSchemaError, StoreUnavailableError, StoreUriError
from graph.model import Actor, Provenance, Relationship, to_row
from graph.opening import open_store
from graph.sqlite_schema import MIGRATIONS
from graph.sqlite_store import SqliteStore
from graph.store import UpsertCounts
from graph.tables import SCHEMAS, key_of
from tests.worlds import generated_network, load_world

PROJECT = Path(__file__).parent.parent.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "network.db"


def test_the_folder_of_the_file_is_created(tmp_path: Path) -> None:
    path = tmp_path / "năm 2026" / "mạng.db"
    with open_store(f"sqlite:{path}") as store:
        assert store.uri == f"sqlite:{path}"
    assert path.is_file()


def test_the_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_store("sqlite:~/network.db"):
        assert (tmp_path / "network.db").is_file()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreUriError, match="is a folder"):
        open_store(tmp_path)


def test_an_address_without_a_path_is_no_store() -> None:
    with pytest.raises(StoreUriError):
        open_store("sqlite:")


@pytest.mark.parametrize("scheme", ["postgres://host/db", "http://127.0.0.1", "mysql:x"])
def test_another_scheme_is_no_store(scheme: str) -> None:
    with pytest.raises(StoreUriError, match="is no store"):
        open_store(scheme)


def test_a_place_that_cannot_be_written_is_unavailable(path: Path) -> None:
    path.write_text("a file, not a folder")
    with pytest.raises(StoreUnavailableError, match="cannot be created"):
        open_store(path / "network.db")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux has a folder that nobody can write")
def test_a_folder_that_nobody_can_write_is_unavailable() -> None:
    for path in ("/proc/network.db", "/proc/ketnoi/network.db"):
        with pytest.raises(StoreUnavailableError, match=path):
            open_store(path)


@pytest.mark.parametrize("content", [b"id,kind,name\nsc-1,school,A\n" * 50, bytes(range(256)) * 20, b"SQLite format 4"])
def test_a_file_that_is_no_database_is_refused_and_kept(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreSchemaError, match="no network that Ketnoi wrote"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_database_of_another_application_is_refused_and_kept(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE bookmarks (id)")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(StoreSchemaError, match="another application"):
        open_store(path)
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with open_store(path) as store:
        assert store.counts().n_actors == 0


def test_a_network_of_a_newer_version_is_refused(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreSchemaError, match="newer Ketnoi") as caught:
        open_store(path)
    assert caught.value.context == {"version": 99, "known": len(MIGRATIONS)}


def test_an_older_network_is_migrated_and_keeps_its_facts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(path) as store:
        store.upsert_actors([Actor("a", "expert", "Lan")])
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE more (x)",), ("DROP TABLE more",)))
    with open_store(path) as store:
        assert store.counts().n_actors == 1
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 2,)
    connection.close()


def test_a_network_of_the_first_version_keeps_its_facts_and_their_digests(path: Path) -> None:
    actor = Actor("a", "expert", "Lan", aliases=("L",), provenance=Provenance("actors.csv"))
    tie = Relationship("a", "a", "mentors", provenance=Provenance("ties.csv"))
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (*MIGRATIONS[0], "PRAGMA user_version = 1"):
            connection.execute(statement)
        for table, fact in (("actors", actor), ("relationships", tie)):
            row = {name: value for name, value in to_row(fact).items() if name not in {"identifiers", "last_seen"}}
            del row["recorded_at"]
            text = json.dumps(row, ensure_ascii=False, sort_keys=True, default=list)
            row |= {"digest": hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), "recorded_at": "2026"}
            row |= {"folded_name": "lan"} if fact is actor else {}
            values = [json.dumps(value) if isinstance(value, tuple) else value for value in row.values()]
            connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values)
    with open_store(path) as store:
        assert store.upsert_actors([actor]) == store.upsert_relationships([tie]) == UpsertCounts(n_unchanged=1)
        assert store.get_actor("a") == replace(actor, provenance=replace(actor.provenance, recorded_at="2026"))
        assert [key_of(fact) for fact in store.facts_from("ties.csv")] == [("a", "a", "mentors", 0)]
        told = replace(actor, identifiers=("ror:04nyv3z04",))
        assert store.upsert_facts([told]).changed == {("a",): ("identifiers",)}


def test_a_migration_happens_wholly_or_not_at_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(path).close()
    broken = ("CREATE TABLE half (x)", "CREATE TABLE actors (x)")
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(StoreUnavailableError):
        open_store(path)
    monkeypatch.undo()
    with open_store(path) as store:
        assert store.counts().n_actors == 0
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    connection.close()


def test_the_schema_has_a_column_for_everything_in_the_tables(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    for table, schema in zip(("actors", "projects", "relationships", "participations"), SCHEMAS.values(), strict=True):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert set(schema.names) <= set(columns)
    connection.close()


def test_durable_and_concurrent_settings_are_on(path: Path) -> None:
    with SqliteStore(path) as store:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        values = [store._writer.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
    assert values == ["wal", 2, 1, 1]


def test_an_erased_name_is_in_no_file_any_more(path: Path) -> None:
    with open_store(path) as store:
        store.upsert_actors([Actor(f"a{index}", "expert", f"Nguyễn Văn {index}") for index in range(500)])
        store.upsert_actors([Actor("x", "expert", "Xyzzyqua Plughtuna", summary="Frotzlovedo")])
        assert _mentions(path, b"zzyqua") > 0
        assert store.erase_actor("x")
        for word in (b"Xyzzyqua", b"xyzzyqua", b"zzyqua", b"plughtuna", b"Frotzlovedo"):
            assert _mentions(path, word) == 0, word


def test_threads_read_while_another_writes(path: Path) -> None:
    versions = [[Actor(f"a{index:03}", "expert", f"Lan {version}") for index in range(400)] for version in range(30)]
    with open_store(path) as store, ThreadPoolExecutor(5) as pool:
        store.upsert_actors(versions[0])
        writing = pool.submit(lambda: [store.upsert_actors(actors) for actors in versions])

        def read() -> int:
            n_reads = 0
            while not writing.done():
                assert len(set(store.tables().actors["name"].to_pylist())) == 1
                assert len(store.search_actors("lan", limit=400)) == 400
                assert store.get_actor("a001") is not None
                n_reads += 1
            return n_reads

        readers = [pool.submit(read) for _ in range(4)]
        writing.result()
        assert sum(reader.result() for reader in readers) > 0
        assert store.revision() == len(versions)


def test_threads_may_all_write(path: Path) -> None:
    with open_store(path) as store, ThreadPoolExecutor(8) as pool:
        counts = pool.map(lambda index: store.upsert_actors([Actor(f"a{index % 10}", "expert", "Lan")]), range(40))
        assert sum(counts, UpsertCounts()) == UpsertCounts(n_inserted=10, n_unchanged=30)


def test_processes_may_open_a_new_store_together(path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from graph.model import Actor
from graph.opening import open_store
with open_store(Path({str(path)!r})) as store:
    for index in range(20):
        store.upsert_actors([Actor(f"{{sys.argv[1]}}-{{index}}", "expert", "Lan")])
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(order)], cwd=PROJECT, stderr=subprocess.PIPE, text=True)
        for order in range(4)
    ]
    assert [writer.communicate()[1] for writer in writers] == [""] * 4
    with open_store(path) as store:
        assert store.counts().n_actors == 80


def test_a_killed_load_leaves_a_store_that_a_second_load_completes(tmp_path: Path) -> None:
    world = generated_network(400, np.random.default_rng(5))
    n_facts = len(list(world))
    n_killed = 0
    for n_round, pause_seconds in enumerate(np.linspace(0.02, 0.5, 6)):
        path = tmp_path / f"{n_round}.db"
        program = f"""
import numpy as np
from pathlib import Path
from graph.opening import open_store
from tests.worlds import generated_network, load_world
world = generated_network(400, np.random.default_rng(5))
print("ready", flush=True)
with open_store(Path({str(path)!r})) as store:
    load_world(store, world, 10)
"""
        with subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE) as loading:
            assert loading.stdout is not None
            assert loading.stdout.readline() == b"ready\n"
            time.sleep(pause_seconds)
            n_killed += loading.poll() is None
            loading.kill()
        with open_store(path) as store:
            assert all(count % 10 == 0 for count in (store.counts().n_actors, store.counts().n_relationships))
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with open_store(path) as store:
            load_world(store, world)
            assert load_world(store, world) == UpsertCounts(n_unchanged=n_facts)
            for fact_type in SCHEMAS:
                table, given = (
                    tables.of(fact_type).drop_columns("recorded_at") for tables in (store.tables(), world.tables())
                )
                assert table.equals(given)
    assert n_killed >= 1  # how many depends on the speed of the disk


def test_a_store_that_another_process_holds_is_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.sqlite_store._BUSY_TIMEOUT_SECONDS", 0.1)
    with open_store(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError, match="Another process"):
            store.upsert_actors([Actor("a", "expert", "Lan")])
        assert store.counts().n_actors == 0
        other.execute("ROLLBACK")
        other.close()
        assert store.upsert_actors([Actor("a", "expert", "Lan")]).n_inserted == 1


def _mentions(path: Path, word: bytes) -> int:
    return sum(file.read_bytes().count(word) for file in path.parent.iterdir())
