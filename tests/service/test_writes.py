from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.changes import read_changes
from graph.model import Actor, Relationship
from graph.store import GraphStore
from service.app import create_app
from service.settings import Settings
from tests.service.conftest import WRITE_TOKEN
from tests.service.doubles import wait_until

STARTUP = {"kind": "startup", "name": "Công ty Cảm biến Việt", "fields": ["semiconductor"], "founded": "2026-02"}
MEMORANDUM = {"source_id": "sc-ptit", "target_id": "bz-cmc", "kind": "signed_mou", "since": "2026-03-01"}


def test_what_is_written_shows_up(writing_client: TestClient, own_store: GraphStore) -> None:
    before = writing_client.get("/v1/version").json()["snapshot"]
    answers = [writing_client.put("/v1/actors/st-moi", json=STARTUP) for _ in range(2)]
    changed = writing_client.put("/v1/actors/st-moi", json=STARTUP | {"name": "Cảm biến Việt"})
    assert [answer.status_code for answer in (*answers, changed)] == [201, 200, 200]
    assert [answer.json()["stored"] for answer in (*answers, changed)] == ["inserted", "unchanged", "updated"]
    wait_until(lambda: bool(writing_client.get("/v1/actors?q=cam bien viet").json()["total"]))
    assert writing_client.get("/v1/version").json()["snapshot"] != before
    stored = own_store.get_actor("st-moi")
    assert stored is not None
    assert (stored.name, stored.founded, stored.provenance.source) == ("Cảm biến Việt", "2026-02", "api")


def test_a_relationship_is_written_once(writing_client: TestClient) -> None:
    answers = [writing_client.post("/v1/relationships", json=MEMORANDUM) for _ in range(2)]
    assert [answer.json()["stored"] for answer in answers] == ["inserted", "unchanged"]

    def since() -> list[str]:
        links = writing_client.get("/v1/actors/sc-ptit/neighbours?relationship=signed_mou&limit=100").json()["links"]
        return [tie["since"] for link in links for tie in link["relationships"] if tie["target_id"] == "bz-cmc"]

    wait_until(lambda: since() == ["2026-03-01"])


def test_columns_outside_the_format_stay(writing_client: TestClient, own_store: GraphStore) -> None:
    own_store.upsert_actors([Actor("st-cu", "startup", "Công ty Cũ", attributes={"Mã số thuế": "0101"})])
    ties = [Relationship("st-cu", "sc-hust", "signed_mou", attributes={"Số văn bản": "12/MOU"})]
    own_store.upsert_relationships(ties)
    wait_until(lambda: writing_client.get("/v1/actors/st-cu").is_success)
    writing_client.put("/v1/actors/st-cu", json=STARTUP)
    body = {"source_id": "st-cu", "target_id": "sc-hust", "kind": "signed_mou", "since": "2026"}
    assert writing_client.post("/v1/relationships", json=body).json()["stored"] == "updated"
    stored = own_store.get_actor("st-cu")
    assert stored is not None
    assert (stored.name, dict(stored.attributes)) == (STARTUP["name"], {"Mã số thuế": "0101"})
    tie = next(tie for tie in own_store.tables().facts(Relationship) if tie.source_id == "st-cu")
    assert (tie.since, dict(tie.attributes)) == ("2026", {"Số văn bản": "12/MOU"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "martian"}, "unknown_kind"),
        ({"name": ""}, "string_too_short"),
        ({"name": "  "}, "string_too_short"),
        ({"founded": "31/02/2025"}, "bad_date"),
        ({"founded": "2025-02-31"}, "bad_date"),
        ({"website": "javascript:alert(1)"}, "string_pattern_mismatch"),
        ({"fields": ["a|b"]}, "string_pattern_mismatch"),
        ({"colour": "red"}, "extra_forbidden"),
        ({"summary": "x" * 10_001}, "string_too_long"),
    ],
)
def test_an_actor_that_is_none_is_refused(writing_client: TestClient, change: dict[str, Any], code: str) -> None:
    answer = writing_client.put("/v1/actors/st-moi", json=STARTUP | change)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("/v1/actors/st-moi", STARTUP | {"subkind": "ministry"}, "unknown_subkind"),
        ("/v1/relationships", MEMORANDUM | {"target_id": "nobody"}, "unknown_end"),
        ("/v1/relationships", MEMORANDUM | {"target_id": "sc-ptit"}, "same_ends"),
        ("/v1/relationships", MEMORANDUM | {"kind": "incubated_by"}, "relationship_ends"),
    ],
)
def test_what_contradicts_the_network_is_refused(
    writing_client: TestClient, path: str, change: dict[str, Any], code: str
) -> None:
    answer = writing_client.put(path, json=change) if "actors" in path else writing_client.post(path, json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("sent", [b"", b"Bearer wrong", b"Basic YTpi", "Bearer đúng".encode()])
def test_writing_needs_the_token(client: TestClient, sent: bytes) -> None:
    headers = {b"Authorization": sent} if sent else {}
    for answer in (
        client.put("/v1/actors/st-moi", json=STARTUP, headers=headers),
        client.post("/v1/relationships", content=b"not even JSON", headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "write_token_refused")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_without_a_token_set_nobody_writes(own_store: GraphStore) -> None:
    with TestClient(create_app(Settings(_env_file=None), own_store)) as client:
        answer = client.put("/v1/actors/st-moi", json=STARTUP, headers={"Authorization": "Bearer "})
    assert (answer.status_code, answer.json()["code"]) == (403, "writes_disabled")
    assert own_store.get_actor("st-moi") is None


def test_writes_are_in_the_change_log_like_loads(writing_client: TestClient, own_store: GraphStore) -> None:
    signed = {"X-Ketnoi-By": "lan.p"}
    writing_client.put("/v1/actors/st-moi", json=STARTUP, headers=signed)
    writing_client.put("/v1/actors/st-moi", json=STARTUP | {"name": "Cảm biến Việt"}, headers=signed)
    writing_client.put("/v1/actors/st-moi", json=STARTUP | {"name": "Cảm biến Việt"}, headers=signed)
    writing_client.post("/v1/relationships", json=MEMORANDUM)
    new, changed, tie = read_changes(own_store)
    assert (new.by, new.source, new.table, new.new) == ("lan.p", "api", "actors", (("st-moi",),))
    assert (changed.by, changed.changed) == ("lan.p", {("st-moi",): ("name",)})
    assert (tie.by, tie.table, tie.new) == (
        "write-token",
        "relationships",
        (("sc-ptit", "bz-cmc", "signed_mou", 0),),
    )
    assert new.load < changed.load < tie.load
    log = str(own_store.events())
    assert not [text for text in (WRITE_TOKEN, STARTUP["name"], "Cảm biến", "2026-03-01") if str(text) in log]


def test_what_is_refused_is_not_in_the_change_log(writing_client: TestClient, own_store: GraphStore) -> None:
    refused = writing_client.put("/v1/actors/st-moi", json=STARTUP, headers={"X-Ketnoi-By": "Lan Pham"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "bad_handle")
    writing_client.post("/v1/relationships", json=MEMORANDUM | {"target_id": "nobody"})
    assert own_store.get_actor("st-moi") is None
    assert read_changes(own_store) == []
