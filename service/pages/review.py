"""The page on which staff say whether two records are of one member."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from graph.errors import InvalidQueryError
from graph.judgements import VERDICTS, Verdict, clusters, read_judgements
from graph.model import Actor
from service.dependencies import CurrentNetwork, CurrentSettings, CurrentState, Writing
from service.network_state import Network, NetworkState
from service.pages.rendering import Reader
from service.review import TRAITS, judge, merges, n_merges, proposals, record_of, unmerge, waiting_in
from service.settings import Settings
from service.staff_session import COOKIE, SESSION_SECONDS, StaffSession, is_handle, is_token, new_mark, session_of

_MERGES_SHOWN = 20
_MAX_FIELD = 1_000

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Place:
    """Which of the waiting pairs is shown, from 0, and whether a decision was just recorded."""

    number: int = 0
    is_recorded: bool = False

    @classmethod
    def of(cls, request: Request) -> "Place":
        """The place in the address of a page; the first where it is none."""
        written = request.query_params.get("place", "")
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
        return cls(number, request.query_params.get("done") == "1")


@router.get("/review")
def review(request: Request, network: CurrentNetwork, state: CurrentState, settings: CurrentSettings) -> Response:
    """The next pair to judge, and what was merged lately; a form to sign in for who has not."""
    reader = Reader.of(request)
    if settings.write_token is None:
        return _private(reader.page("review.html", network, session=None, is_closed=True), HTTPStatus.FORBIDDEN)
    session = _session(request, settings)
    if session is None:
        return _private(reader.page("review.html", network, session=None, is_closed=False))
    return _private(_review(reader, network, state, session, Place.of(request)))


@router.post("/review/sign-in")
async def sign_in(request: Request, network: CurrentNetwork, settings: CurrentSettings) -> Response:
    """Give the mark of a session to who shows the write token and a handle."""
    reader, fields = Reader.of(request), await _fields(request)
    token = settings.write_token.get_secret_value() if settings.write_token else ""
    if not token or not is_token(token, fields.get("token", "")) or not is_handle(fields.get("by", "")):
        values = {"session": None, "is_closed": not token, "is_refused": True, "typed": fields.get("by", "")}
        return _private(reader.page("review.html", network, **values), HTTPStatus.FORBIDDEN)
    response = _see(reader.at.review)
    response.set_cookie(
        COOKIE,
        new_mark(token, fields["by"]),
        max_age=SESSION_SECONDS,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


@router.post("/review/sign-out")
async def sign_out(request: Request) -> Response:
    """Take the mark away."""
    response = _see(Reader.of(request).at.review)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


@router.post("/review/judge")
async def decide(request: Request, state: CurrentState, settings: CurrentSettings, writing: Writing) -> Response:
    """Write down what a person says of a pair, and show the next one."""
    reader, fields = Reader.of(request), await _fields(request)
    session = _session(request, settings)
    if session is None or fields.get("form_token") != session.form_token:
        return _see(reader.at.review)
    if fields.get("verdict") not in VERDICTS:
        raise InvalidQueryError("unknown_verdict", f"The verdict must be one of: {', '.join(VERDICTS)}.")
    verdict, pair = cast(Verdict, fields["verdict"]), (fields.get("left_id", ""), fields.get("right_id", ""))
    await writing.run(lambda: judge(state.store, *pair, verdict, session.handle))
    state.request_rebuild()
    return _see(reader.at.review_at(Place.of(request).number, is_recorded=True))


@router.post("/review/unmerge")
async def take_out(request: Request, state: CurrentState, settings: CurrentSettings, writing: Writing) -> Response:
    """Take a record out of what it was merged into."""
    reader, fields = Reader.of(request), await _fields(request)
    session = _session(request, settings)
    if session is None or fields.get("form_token") != session.form_token:
        return _see(reader.at.review)
    await writing.run(lambda: unmerge(state.store, fields.get("id", ""), session.handle))
    state.request_rebuild()
    return _see(reader.at.review_at(0, is_recorded=True))


def _review(reader: Reader, network: Network, state: NetworkState, session: StaffSession, place: Place) -> HTMLResponse:
    """The page from what the store says now: the network itself follows a judgement some seconds later."""
    judgements = read_judgements(state.store)
    found = clusters(judgements)

    def actor_of(actor_id: str) -> Actor | None:
        return record_of(network.snapshot, actor_id)

    waiting = waiting_in(network.snapshot, judgements)
    number = place.number if place.number < len(waiting) else 0
    return reader.page(
        "review.html",
        network,
        session=session,
        is_closed=False,
        is_recorded=place.is_recorded,
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
    return session_of(settings.write_token.get_secret_value(), request.cookies.get(COOKIE, ""))


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form that was sent, the last value of each."""
    sent = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[-1].strip()[:_MAX_FIELD] for name, values in sent.items()}


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def _private(response: HTMLResponse, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
