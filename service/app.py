"""The service, put together from its parts."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from matching.ranking.model_files import rankers_in
from matching.recommend import Recommender
from service.methods import MethodsMiddleware
from service.middleware import BodyLimitMiddleware, FaultMiddleware, RequestIdMiddleware, SecurityHeadersMiddleware
from service.network_state import BuildRecommender, NetworkState
from service.pages.errors import error_page
from service.pages.routes import router as pages_router
from service.path_segments import RawPathMiddleware
from service.problems import ProblemResponder
from service.routes import api_router
from service.settings import Settings
from service.strict_queries import refuse_unknown_parameters
from service.threads import BoundedThreads

MAX_BODY_BYTES = 256 * 1024

_DESCRIPTION = """
Every answer comes from a *snapshot* of the network and names it: `as_of`, `snapshot` (a digest) and `model_version`.
A write or a load shows up a few seconds later, in answers with a later `as_of`.

Every failure is answered as `application/problem+json` with a stable `code`, in the language of `Accept-Language`
(`vi` or `en`). Every answer has an `X-Request-ID`; send your own to find it in the log.

A query parameter that an address does not know is refused, and so is a repeated one that is not a list.

Percent-encode ids in paths: `a/b` is `a%2Fb`.
"""


def create_app(
    settings: Settings, store: GraphStore | None = None, *, build_recommender: BuildRecommender | None = None
) -> FastAPI:
    """The service as an ASGI application. It opens and reads nothing before it starts.

    Parameters
    ----------
    settings
        All settings.
    store
        A store that the caller opens and closes; without one, the service opens the store of the settings.
    build_recommender
        Makes the recommender for a snapshot; the default reads the rankers in the folder of the settings each time.
    """
    build = build_recommender or _builder(settings)

    def open_store() -> AbstractContextManager[GraphStore]:
        return nullcontext(store) if store is not None else settings.open_store()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.scoring = BoundedThreads(settings.scoring_threads)
        app.state.writing = BoundedThreads(1)
        pace, exposure = settings.poll_seconds, settings.exposure
        with NetworkState(open_store, build, poll_seconds=pace, exposure=exposure) as state:
            app.state.network_state = state
            yield

    problems = ProblemResponder(error_page)
    app = FastAPI(
        title="Ketnoi",
        summary="Suggests partners in an innovation network and says why.",
        description=_DESCRIPTION,
        generate_unique_id_function=lambda route: route.name,
        version=version("ketnoi"),
        lifespan=lifespan,
        dependencies=[Depends(refuse_unknown_parameters)],
        openapi_url=None,  # a route of the API gives the description
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(SecurityHeadersMiddleware),
            Middleware(RawPathMiddleware),
            Middleware(MethodsMiddleware),
            Middleware(FaultMiddleware, on_fault=problems.on_fault),
            Middleware(BodyLimitMiddleware, max_bytes=MAX_BODY_BYTES),
        ],
    )
    app.state.settings = settings
    problems.install(app)
    app.include_router(api_router())
    app.include_router(pages_router)
    app.mount("/static", StaticFiles(packages=[("service", "static")]), name="static")
    return app


def _builder(settings: Settings) -> BuildRecommender:
    """Makes recommenders that read the rankers anew for each snapshot, and so use those trained meanwhile."""

    def build(snapshot: GraphSnapshot) -> Recommender:
        recommender = Recommender.build(snapshot, rankers_in(settings.models))
        recommender.rehearse()
        return recommender

    return build
