"""The page on which staff judge whether two records are of one member."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.errors import InvalidQueryError
from graph.judgements import VERDICTS, Verdict, clusters, read_judgements
from graph.model import Actor
from service.dependencies import CurrentNetwork, CurrentSettings, CurrentState, Writing
from service.network_state import Network, NetworkState
from service.pages.rendering import Reader
from service.review import TRAITS, is_handle, judge, merges, n_merges, proposals, record_of, unmerge, waiting_in
from service.settings import Settings
from service.staff_session import COOKIE, SESSION_SECONDS, StaffSession, is_token, new_cookie, session_in

_MERGES_SHOWN = 20
_MAX_FIELD = 1_000

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class PairOnPage:
    """The waiting pair on the page: its number, from 0, and whether a judgement was just recorded."""

    number: int = 0
    is_recorded: bool = False


async def pair_in_address(place: str = "", done: str = "") -> PairOnPage:
    """The pair that the address of a page names; the first one if it names none."""
    number = int(place) if place.isascii() and place.isdigit() and len(place) < 7 else 0
    return PairOnPage(number, done == "1")


Pair = Annotated[PairOnPage, Depends(pair_in_address)]


@router.get("/review")
def review(
    request: Request, network: CurrentNetwork, state: CurrentState, settings: CurrentSettings, pair: Pair
) -> Response:
    """The next pair to judge and the latest merges; before that, a form to sign in."""
    reader = Reader.of(request)
    if settings.write_token is None:
        return _private(reader.page("review.html", network, session=None, is_closed=True), HTTPStatus.FORBIDDEN)
    session = _session(request, settings)
    if session is None:
        return _private(reader.page("review.html", network, session=None, is_closed=False))
    return _private(_review(reader, network, state, session, pair))


@router.post("/review/sign-in")
async def sign_in(request: Request, network: CurrentNetwork, settings: CurrentSettings) -> Response:
    """Set the cookie of a session for a person who sends the write token and a handle."""
    reader, fields = Reader.of(request), await _fields(request)
    token = settings.write_token.get_secret_value() if settings.write_token else ""
    if not token or not is_token(token, fields.get("token", "")) or not is_handle(fields.get("by", "")):
        values = {"session": None, "is_closed": not token, "is_refused": True, "typed": fields.get("by", "")}
        return _private(reader.page("review.html", network, **values), HTTPStatus.FORBIDDEN)
    response = _see(reader.at.review)
    response.set_cookie(
        COOKIE,
        new_cookie(token, fields["by"]),
        max_age=SESSION_SECONDS,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/review/sign-out")
async def sign_out(request: Request) -> Response:
    """Delete the cookie of the session."""
    response = _see(Reader.of(request).at.review)
    response.delete_cookie(COOKIE, path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict")
    return response


@router.post("/review/judge")
async def decide(
    request: Request, state: CurrentState, settings: CurrentSettings, writing: Writing, pair: Pair
) -> Response:
    """Store a person's judgement of a pair, and show the next pair."""
    reader, fields = Reader.of(request), await _fields(request)
    session = _session(request, settings)
    if session is None or fields.get("form_token") != session.form_token:
        return _see(reader.at.review)
    if fields.get("verdict") not in VERDICTS:
        raise InvalidQueryError("unknown_verdict", f"The verdict must be one of: {', '.join(VERDICTS)}.")
    verdict, ids = cast(Verdict, fields["verdict"]), (fields.get("left_id", ""), fields.get("right_id", ""))
    await writing.run(lambda: judge(state.store, *ids, verdict, session.handle))
    state.request_rebuild()
    return _see(reader.at.review_at(pair.number, is_recorded=True))


@router.post("/review/unmerge")
async def take_out(request: Request, state: CurrentState, settings: CurrentSettings, writing: Writing) -> Response:
    """Take a record out of the actor that it was merged into."""
    reader, fields = Reader.of(request), await _fields(request)
    session = _session(request, settings)
    if session is None or fields.get("form_token") != session.form_token:
        return _see(reader.at.review)
    await writing.run(lambda: unmerge(state.store, fields.get("id", ""), session.handle))
    state.request_rebuild()
    return _see(reader.at.review_at(0, is_recorded=True))


def _review(
    reader: Reader, network: Network, state: NetworkState, session: StaffSession, pair: PairOnPage
) -> HTMLResponse:
    """The page from the store as it is now. The network follows a judgement some seconds later."""
    judgements = read_judgements(state.store)
    found = clusters(judgements)

    def actor_of(actor_id: str) -> Actor | None:
        return record_of(network.snapshot, actor_id)

    waiting = waiting_in(network.snapshot, judgements)
    number = pair.number if pair.number < len(waiting) else 0
    return reader.page(
        "review.html",
        network,
        session=session,
        is_closed=False,
        is_recorded=pair.is_recorded,
        proposal=next(proposals(waiting[number:], actor_of, reader.language), None),
        number=number,
        n_waiting=len(waiting),
        trait_words=TRAITS,
        merges=merges(found, actor_of, _MERGES_SHOWN),
        n_merges=n_merges(found),
        conflicts=found.conflicts,
    )


def _session(request: Request, settings: Settings) -> StaffSession | None:
    if settings.write_token is None:
        return None
    return session_in(settings.write_token.get_secret_value(), request.cookies.get(COOKIE, ""))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a sent form; of a repeated field the last value."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[-1].strip()[:_MAX_FIELD] for name, values in sent.items()}


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _private(response: HTMLResponse, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
