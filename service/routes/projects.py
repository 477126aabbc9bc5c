"""Projects, products and the city's challenges, and suggested partners for them."""

from fastapi import APIRouter, Response

from graph.errors import NotFoundError
from service.dependencies import CurrentNetwork, Scoring
from service.directory import Filters
from service.network_state import Network
from service.paging import Position
from service.parameters import ChallengeFilters, Cursor, IdInPath, Limit, MatchingOptions, ProjectFilters
from service.routes.answers import as_json, refusals, stamp_of
from service.schemas.actors import ActorSummary
from service.schemas.match import MatchAnswer
from service.schemas.projects import ParticipantOut, ProjectAnswer, ProjectDetails, ProjectPage, ProjectSummary

router = APIRouter(prefix="/v1", tags=["projects and challenges"])


@router.get("/projects", responses=refusals(422, 503))
def list_projects(
    network: CurrentNetwork, filters: ProjectFilters, limit: Limit = 20, cursor: Cursor = None
) -> ProjectPage:
    """Projects, products and challenges that pass every filter; the best hits for `q` first, or in order of ids."""
    return _page(network, filters, Position.of(cursor, "projects", filters), limit)


@router.get("/projects/{project_id:segment}", responses=refusals(404, 422, 503))
def get_project(network: CurrentNetwork, project_id: IdInPath) -> ProjectAnswer:
    """A project, product or challenge, its owner and its participants."""
    return _answer(network, network.snapshot.project_index_of(project_id))


@router.get("/challenges", responses=refusals(422, 503))
def list_challenges(
    network: CurrentNetwork, filters: ChallengeFilters, limit: Limit = 20, cursor: Cursor = None
) -> ProjectPage:
    """The city's challenges that pass every filter; the best hits for `q` first, or in order of ids."""
    return _page(network, filters, Position.of(cursor, "challenges", filters), limit)


@router.get("/challenges/{project_id:segment}", responses=refusals(404, 422, 503))
def get_challenge(network: CurrentNetwork, project_id: IdInPath) -> ProjectAnswer:
    """A challenge, its owner and its participants; projects and products are at `/v1/projects`."""
    answer = _answer(network, network.snapshot.project_index_of(project_id))
    if answer.project.kind != "challenge":
        raise NotFoundError(
            "project_not_found", f"There is no challenge {project_id!r} in the network.", project_id=project_id
        )
    return answer


@router.get("/challenges/{project_id:segment}/partners", response_model=MatchAnswer, responses=refusals(404, 422, 503))
async def get_partners(
    network: CurrentNetwork,
    threads: Scoring,
    project_id: IdInPath,
    options: MatchingOptions,
) -> Response:
    """Partners for a challenge; its owner and participants are left out. The id may also name a project or product."""

    def ask() -> MatchAnswer:
        return MatchAnswer.of(network.recommender.for_project(project_id, options), network.snapshot)

    return await as_json(await threads.run(ask))


def _page(network: Network, filters: Filters, position: Position, limit: int) -> ProjectPage:
    hits = network.directory.projects(filters, limit=limit, offset=position.offset)
    return ProjectPage(
        **stamp_of(network).model_dump(),
        total=hits.n_total,
        next_cursor=position.next_cursor(len(hits.indices), hits.n_total),
        items=tuple(ProjectSummary.model_validate(network.snapshot.project(row)) for row in hits.indices),
    )


def _answer(network: Network, row: int) -> ProjectAnswer:
    snapshot = network.snapshot
    project = snapshot.project(row)
    owner = snapshot.actor_index.get(project.owner_id or "")
    return ProjectAnswer(
        **stamp_of(network).model_dump(),
        project=ProjectDetails.model_validate(project),
        owner=None if owner is None else ActorSummary.model_validate(snapshot.actor(owner)),
        participants=tuple(
            ParticipantOut(
                actor=ActorSummary.model_validate(snapshot.actor(snapshot.index_of(part.actor_id))),
                role=part.role,
                source_url=part.provenance.source_url,
            )
            for part in snapshot.participations_in(row)
        ),
    )
