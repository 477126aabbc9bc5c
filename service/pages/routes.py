"""The addresses of the pages."""

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.kinds import LANGUAGES, load_kinds
from service.dependencies import CurrentNetwork, Scoring
from service.directory import Filters
from service.network_state import Network
from service.pages.members import find_member, shortest_reference
from service.pages.partner_question import NAME_LIMIT, PartnerQuestion, question_behind_page, question_in_address
from service.pages.partners import PartnerCards, answer_question, best_by_kind
from service.pages.rendering import Reader
from service.pages.results import active_filters, find
from service.pages.review import router as review_router
from service.pages.surroundings import paths_to, surroundings_of
from service.pages.views import missing_parties

MEMBER_NAMES_OFFERED = 1_000
"""A form offers the names of all members of a network up to this size."""
_KINDS_LIMIT = 20

_pages = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


Asked = Annotated[PartnerQuestion, Depends(question_in_address)]
Behind = Annotated[PartnerQuestion, Depends(question_behind_page)]
TypedName = Annotated[str, Query(max_length=NAME_LIMIT)]


@_pages.get("/")
def home(request: Request, network: CurrentNetwork) -> HTMLResponse:
    """The first page, which asks for a need."""
    reader = Reader.of(request)
    return reader.page("home.html", network, sizes=reader.views(network).sizes(), member_names=_member_names(network))


@_pages.get("/partners")
async def answer(request: Request, network: CurrentNetwork, scoring: Scoring, question: Asked) -> HTMLResponse:
    """The page of suggested partners for a question."""
    return await scoring.run(lambda: _answer(Reader.of(request, question), network))


@_pages.get("/actors/{actor_id:segment}")
async def actor(
    request: Request, network: CurrentNetwork, scoring: Scoring, behind: Behind, actor_id: str, me: TypedName = ""
) -> Response:
    """The page of a member; ``me`` asks for paths to it. A merged record redirects to its actor, which may change."""
    canonical = network.snapshot.merges.canonical(actor_id)
    if canonical != actor_id:
        params = {"me": me} if me else {}
        return RedirectResponse(Reader.of(request, behind).at.actor(canonical, **params), HTTPStatus.TEMPORARY_REDIRECT)
    return await scoring.run(lambda: _actor(Reader.of(request, behind), network, actor_id, me.strip()))


@_pages.get("/projects/{project_id:segment}")
async def project(
    request: Request, network: CurrentNetwork, scoring: Scoring, behind: Behind, project_id: str
) -> HTMLResponse:
    """The page of a project, product or challenge, with suggested partners."""
    return await scoring.run(lambda: _project(Reader.of(request, behind), network, project_id))


@_pages.get("/challenges")
def challenges(request: Request, network: CurrentNetwork) -> HTMLResponse:
    """The list of challenges."""
    reader = Reader.of(request)
    views = reader.views(network)
    return reader.page(
        "challenges.html",
        network,
        section="challenges",
        challenges=views.challenges(),
        n_challenges=views.sizes().n_challenges,
    )


async def search_filters(
    q: TypedName = "",
    kind: Annotated[list[str], Query(max_length=_KINDS_LIMIT)] = [],  # noqa: B006  never changed
    field: TypedName = "",
    place: TypedName = "",
) -> Filters:
    """The filters of the search page; an empty field of its form sets no filter."""
    kinds = tuple(dict.fromkeys(name for name in kind if name))
    return Filters(q.strip(), kinds, (field,) if field else (), place.strip())


@_pages.get("/search")
def search(
    request: Request, network: CurrentNetwork, filters: Annotated[Filters, Depends(search_filters)]
) -> HTMLResponse:
    """Members and projects by words, kind, field and place."""
    reader = Reader.of(request)
    groups = find(reader, network, filters)
    return reader.page(
        "search.html",
        network,
        section="search",
        filters=filters,
        active=active_filters(reader, filters),
        groups=groups,
        n_total=sum(group.n_total for group in groups),
        fields=list(dict.fromkeys([*load_kinds().fields, *filters.fields])),
        parties=reader.views(network).parties(),
    )


router = APIRouter()
router.add_api_route("/", home, include_in_schema=False, response_class=HTMLResponse)
for language in LANGUAGES:
    router.include_router(_pages, prefix=f"/{language}")
    router.include_router(review_router, prefix=f"/{language}")


def _answer(reader: Reader, network: Network) -> HTMLResponse:
    question = reader.question
    views, kinds = reader.views(network), load_kinds()
    asker = find_member(network, question.asker)
    is_waiting = asker.is_open and not question.brief and not question.added
    found = None if is_waiting or not question.is_asked else answer_question(network, question, asker.actor)
    understood = found.understanding if found else None
    fields = tuple(dict.fromkeys((*(understood.fields if understood else ()), *question.added, *question.not_meant)))
    return reader.page(
        "answer.html",
        network,
        asker=asker,
        asker_reference=shortest_reference(network, asker.actor) if asker.actor else question.asker,
        choices=[(choice, reader.at.asked(replace(question, asker=choice.id).to_query())) for choice in asker.choices],
        fields=fields,
        places=understood.places if understood else (),
        addable_fields=[field for field in kinds.fields.values() if field.id not in fields],
        is_waiting=is_waiting,
        cards=PartnerCards(views, reader.catalogue, reader.at).of(found.suggestions) if found else (),
        n_hidden=found.n_hidden if found else 0,
        unfiltered=reader.at.asked(replace(question, kinds=()).to_query()),
        member_names=_member_names(network),
    )


def _actor(reader: Reader, network: Network, actor_id: str, start_text: str) -> HTMLResponse:
    views, kinds = reader.views(network), load_kinds()
    member = views.actor(actor_id)
    kind = kinds.actor.get(member.kind)
    start = find_member(network, start_text)
    make = PartnerCards(views, reader.catalogue, reader.at)
    best = best_by_kind(partial(network.recommender.for_actor_by_kind, actor_id), exposure=network.exposure)
    return reader.page(
        "actor.html",
        network,
        actor=member,
        is_person=kind is not None and kind.is_person,
        subkind=kind.subkinds.get(member.subkind or "") if kind else None,
        other_names=views.other_names(member),
        partner_groups=make.by_kind(best),
        merged_sources=network.snapshot.merges.sources.get(actor_id, ()),
        merged_links=network.snapshot.merges.links.get(actor_id, ()),
        tie_groups=views.tie_groups(actor_id),
        shares=views.shares(actor_id),
        around=surroundings_of(network.snapshot, views, actor_id),
        start=start,
        choices=[(choice, reader.at.actor(actor_id, me=choice.id) + "#path") for choice in start.choices],
        found=paths_to(network.snapshot, views, start.actor.id, actor_id) if start.actor else None,
        member_names=_member_names(network),
    )


def _project(reader: Reader, network: Network, project_id: str) -> HTMLResponse:
    views, kinds = reader.views(network), load_kinds()
    shown = views.project(project_id)
    owner, members = views.known_actor(shown.owner_id), views.members(shown)
    present = [member.actor.kind for member in members] + ([owner.kind] if owner else [])
    missing = missing_parties(kinds.actor, present)
    make = PartnerCards(views, reader.catalogue, reader.at)
    best = best_by_kind(partial(network.recommender.for_project_by_kind, project_id), exposure=network.exposure)
    return reader.page(
        "project.html",
        network,
        section="challenges" if shown.kind == "challenge" else "",
        project=shown,
        owner=owner,
        members=members,
        missing=missing,
        partner_groups=make.by_kind(best, missing),
    )


def _member_names(network: Network) -> list[str]:
    names = network.snapshot.tables.actors["name"]
    return sorted(set(names.to_pylist())) if len(names) <= MEMBER_NAMES_OFFERED else []
