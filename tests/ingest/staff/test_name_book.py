from collections.abc import Sequence

import pytest

from graph.model import Actor, Project
from ingest.staff.name_book import NameBook

MEMBERS = (
    Actor("hust", "school", "Đại học Bách khoa Hà Nội", short_name="HUST"),
    Actor("hcmut", "school", "Đại học Bách khoa TP HCM"),
    Actor("an-phat-cp", "business", "Công ty Cổ phần Công nghệ An Phát"),
    Actor("an-phat-tnhh", "business", "Công ty TNHH Công nghệ An Phát"),
    Actor("sao-mai", "business", "Công ty TNHH Sao Mai"),
    Actor("sao-bac", "business", "Sao Bắc"),
    Actor("sao-bac-fund", "intermediary", "Sao Bắc"),
    Actor("dost", "agency", "Sở Khoa học và Công nghệ Hà Nội"),
)

ASKED = [
    ("Đại học Bách khoa Hà Nội", ("hust",)),
    ("dai hoc bach khoa ha noi", ("hust",)),
    ("HUST", ("hust",)),
    ("ĐHBK Hà Nội", ("hust",)),
    ("ĐH Bách khoa HN", ("hust",)),
    ("Sở KH&CN Hà Nội", ("dost",)),
    ("CTCP Công nghệ An Phát", ("an-phat-cp",)),
    ("Công nghệ An Phát", ("an-phat-cp", "an-phat-tnhh")),
    ("Sao Mai", ("sao-mai",)),
    ("Công ty Cổ phần Sao Mai", ()),
    ("Sao Bắc", ("sao-bac", "sao-bac-fund")),
    ("Khoa Cơ khí, Đại học Bách khoa Hà Nội", ()),
    ("Đại học Bách khoa", ()),
    ("…", ()),
]


def of_store(words: str) -> Sequence[Actor]:
    """Every member, as a store that finds too much would answer."""
    return MEMBERS if words else ()


@pytest.mark.parametrize(("name", "ids"), ASKED)
def test_a_name_means_whom_people_mean_by_it_in_a_reading_and_in_a_store(name: str, ids: tuple[str, ...]) -> None:
    read = NameBook()
    for member in MEMBERS:
        read.add(member)
    assert read.actor_ids(name) == ids
    assert NameBook(of_store).actor_ids(name) == ids


def test_this_reading_comes_before_the_store() -> None:
    book = NameBook(lambda _: [Actor("old", "school", "Viện A")])
    assert book.actor_ids("Viện A") == ("old",)
    book = NameBook(lambda _: [Actor("old", "school", "Viện A")])
    book.add(Actor("new", "school", "Viện A"))
    assert book.actor_ids("Viện A") == ("new",)


def test_a_name_that_nobody_has_is_told_the_nearest() -> None:
    book = NameBook()
    book.add(MEMBERS[4])
    assert book.nearest_actor("Công ty TNHH Sao Mia") == "Công ty TNHH Sao Mai"
    assert book.nearest_actor("Trường Đại học Thủy lợi") is None


def test_projects_are_known_by_title_and_code() -> None:
    book = NameBook()
    book.add(Project("p1", "project", "Trạm đo bụi mịn", attributes={"code": "ĐT.01"}))
    assert book.project_ids("tram do bui min") == book.project_ids("DT 01") == ("p1",)
    assert book.project_ids("Trạm đo") == ()
