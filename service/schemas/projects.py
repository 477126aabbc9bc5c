"""Projects, products and challenges as the API gives them."""

from pydantic import Field

from service.schemas.actors import ActorSummary
from service.schemas.common import Outgoing, Page, Source, Stamp


class ProjectSummary(Outgoing):
    """A project, product or challenge in a list."""

    id: str = Field(examples=["pj-nic-chip"])
    kind: str = Field(examples=["project"])
    title: str
    title_en: str | None
    fields: tuple[str, ...]
    owner_id: str | None
    year: str | None
    start: str | None
    end: str | None


class ProjectDetails(ProjectSummary):
    """Everything public about a project, product or challenge."""

    summary: str | None
    summary_en: str | None
    theme: str | None
    total_cost: float | None
    provenance: Source


class ParticipantOut(Outgoing):
    """An actor's part in a project."""

    actor: ActorSummary
    role: str | None
    source_url: str | None


class ProjectAnswer(Stamp):
    """One project, product or challenge, its owner and participants."""

    project: ProjectDetails
    owner: ActorSummary | None = Field(description="Null if it has no owner, or the owner is not in the network.")
    participants: tuple[ParticipantOut, ...]


class ProjectPage(Page):
    """A page of a list of projects, products and challenges."""

    items: tuple[ProjectSummary, ...]
