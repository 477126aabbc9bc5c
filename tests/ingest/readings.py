"""What a folder is read as, in few words, to compare with what is expected."""

from collections.abc import Callable, Mapping
from pathlib import Path

from graph.interop import EXCHANGE_NAMES
from graph.model import Actor, Participation, Project, Relationship
from ingest.issues import Issue
from ingest.load import LoadReport, Reading, check_folder, read_tables
from tests.ingest.accounting import assert_accounted

Write = Callable[[Path], object]


class Read:
    """A folder that was read, every line of it accounted for."""

    def __init__(self, folder: Path) -> None:
        self.report: LoadReport = check_folder(folder)
        assert_accounted(self.report, folder)
        self.reading: Reading = read_tables(folder)
        self.actors: Mapping[str, Actor] = {actor.name: actor for actor in self.reading.tables.facts(Actor)}
        self.projects: Mapping[str, Project] = {each.title: each for each in self.reading.tables.facts(Project)}
        self.relationships = self.reading.tables.facts(Relationship)
        self.participations = self.reading.tables.facts(Participation)
        self._names = {actor.id: actor.name for actor in self.actors.values()}

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each actor by its name."""
        return {name: actor.kind for name, actor in self.actors.items()}

    @property
    def ties(self) -> set[tuple[str, str, str]]:
        """The ends of each relationship by name, and its kind."""
        return {(self._names[tie.source_id], tie.kind, self._names[tie.target_id]) for tie in self.relationships}

    @property
    def parts(self) -> set[tuple[str, str, str | None]]:
        """The title, the name and the role of each participation."""
        titles = {project.id: title for title, project in self.projects.items()}
        return {(titles[part.project_id], self._names[part.actor_id], part.role) for part in self.participations}

    def issues(self, *codes: str) -> list[tuple[str, int | None, str | None]]:
        """Code, line and value of the issues with one of these codes."""
        return [(issue.code, issue.line, issue.value) for issue in self.reading.issues if issue.code in codes]

    @property
    def errors(self) -> list[Issue]:
        """What kept rows or files out."""
        return [issue for issue in self.reading.issues if issue.is_error]

    @property
    def counts(self) -> dict[str, tuple[int, int, int]]:
        """Rows read, rejected and lines passed over of each table that is not derived."""
        found: dict[str, tuple[int, int, int]] = {}
        for name in EXCHANGE_NAMES.values():
            tables = [table for table in self.reading.read if table.table == name and not table.is_derived]
            if tables:
                found[name] = (
                    sum(table.n_read for table in tables),
                    sum(table.n_rejected for table in tables),
                    sum(table.n_passed_over for table in tables),
                )
        return found


def read(folder: Path, *writes: Write) -> Read:
    """The folder as it is read after files were written into it."""
    folder.mkdir(exist_ok=True)
    for write in writes:
        write(folder)
    return Read(folder)
