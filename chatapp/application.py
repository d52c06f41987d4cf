"""The application: here alone the parts are put together."""

from __future__ import annotations

import atexit
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from chatapp import cli
from chatapp.accounts.cookies import BrowserCookie
from chatapp.accounts.counters import RedisCounters
from chatapp.chat import deleting, images
from chatapp.chat.catalogue import Catalogue
from chatapp.chat.changes import Changes
from chatapp.chat.citing import anchor
from chatapp.chat.markdown import plain_html, to_html
from chatapp.chat.rates import Rates
from chatapp.chat.readiness import Readiness
from chatapp.chat.services import Services
from chatapp.config import ROOT, Settings, load, make_instance, secret_key
from chatapp.extensions import csrf, db
from chatapp.greenlets import offload
from chatapp.knowledge import index
from chatapp.knowledge.ingest import Ingest, Reads
from chatapp.knowledge.search import Search
from chatapp.knowledge.vectors import Embed
from chatapp.live.engine import Engine
from chatapp.live.feed import Feed
from chatapp.live.relay import Relay
from chatapp.live.run import Limits
from chatapp.live.store.calls import Calls
from chatapp.live.store.database import DatabaseStore
from chatapp.models import Database
from chatapp.models.database import options
from chatapp.parts import Part, sources_of, text_of
from chatapp.providers.base import Provider, Resumable
from chatapp.views import (
    OPENID,
    accounts,
    admin_page,
    ai_sdk,
    assistants_api,
    assistants_page,
    attachments,
    citations_page,
    conversations_api,
    device,
    docs,
    document_choice_page,
    documents_api,
    documents_page,
    exports_page,
    feed,
    guide_coach,
    guide_prompts,
    guide_rooms,
    guide_text,
    headers,
    health,
    hello,
    imports_api,
    imports_page,
    kept_responses,
    language,
    language_page,
    limits,
    me_api,
    messages_api,
    openai_chat,
    openai_responses,
    openid,
    origins,
    pages,
    palette,
    pictures,
    problems,
    profile_page,
    prompts_api,
    prompts_page,
    settings_page,
    shared_page,
    shares_api,
    sharing_page,
    static_files,
    theme,
    tickets_api,
    tokens_api,
)

if TYPE_CHECKING:
    from chatapp.accounts.openid import OpenId
    from chatapp.chat.naming import Naming

BLUEPRINTS = (
    pages.bp,
    citations_page.bp,
    accounts.bp,
    openid.bp,
    profile_page.bp,
    settings_page.bp,
    sharing_page.bp,
    imports_page.bp,
    exports_page.bp,
    shared_page.bp,
    language_page.bp,
    theme.bp,
    palette.bp,
    device.bp,
    conversations_api.bp,
    shares_api.bp,
    imports_api.bp,
    assistants_api.bp,
    assistants_page.bp,
    prompts_api.bp,
    prompts_page.bp,
    document_choice_page.bp,
    messages_api.bp,
    documents_api.bp,
    documents_page.bp,
    attachments.bp,
    pictures.bp,
    me_api.bp,
    tokens_api.bp,
    tickets_api.bp,
    feed.bp,
    ai_sdk.bp,
    guide_prompts.bp,
    guide_coach.bp,
    guide_rooms.bp,
    guide_text.bp,
    openai_chat.bp,
    openai_responses.bp,
    kept_responses.bp,
    admin_page.bp,
    health.bp,
    hello.bp,
    docs.bp,
)


class Chat(Flask):
    """Flask whose views are plain functions: it does not ask each whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(settings: Settings | None = None, provider: Provider | None = None) -> Flask:
    """Puts the parts together. Nothing connects or starts a thread before the first request.

    `provider` is for those who bring a model of their own; else the settings name it.
    """
    settings = settings or load()
    app = Chat(
        __package__,
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(settings.instance.resolve()),
    )
    _configure(app, settings)
    counters = RedisCounters(settings.redis_url) if settings.redis_url else None
    made = make_services(app, settings, provider, counters)
    app.extensions["chatapp"] = made
    limits.register(app, made.database, counters)
    app.extensions[OPENID] = _make_openid(settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    headers.register(app)
    origins.register(app, settings.cors_origins)
    problems.register(app)
    static_files.register(app)
    language.register(app)
    theme.register(app)
    cli.register(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops)  # type: ignore[method-assign]
    return app


def make_services(
    app: Flask,
    settings: Settings,
    provider: Provider | None = None,
    counters: RedisCounters | None = None,
) -> Services:
    """What the process is made of; here alone provider and store are chosen."""
    with app.app_context():
        database = Database(db.engine)
    provider = provider or PROVIDERS[settings.provider_name](settings)
    bounds = Limits(settings.first_token_timeout, settings.idle_timeout, settings.max_answer_chars)
    store = DatabaseStore(database, _render)
    relay = _make_relay(settings)
    resume = provider.resume if isinstance(provider, Resumable) else None
    engine = Engine(store, bounds, settings.heartbeat_seconds, relay, resume)
    search = Search(database, _make_embed(settings))

    def idle() -> bool:
        deleting.sweep(database)
        images.sweep(database)
        return search.fill()

    ingest = Ingest(database, _make_reader, index.store, lambda: engine.draining, idle)
    for end in engine.interrupt, ingest.end:
        atexit.register(end)  # a development server that is ended loses no answer
    return Services(
        settings=settings,
        database=database,
        engine=engine,
        calls=Engine(Calls(database), bounds, settings.heartbeat_seconds),
        feed=Feed(store, engine.sweep, settings.heartbeat_seconds, relay),
        relay=relay,
        changes=Changes(database, settings.heartbeat_seconds, lambda: engine.draining),
        readiness=Readiness(database, engine, relay),
        provider=provider,
        catalogue=_make_catalogue(provider, settings),
        rates=Rates(*settings.rate, counters),
        ingest=ingest,
        search=search,
        naming=_make_naming(database, provider, settings),
    )


def _configure(app: Flask, settings: Settings) -> None:
    make_instance(settings)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=options(make_url(settings.database)),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        SESSION_COOKIE_NAME="chatapp",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # views.origins looks at who sent it, and knows who may
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
    )
    app.session_interface = BrowserCookie()
    logging.getLogger("chatapp").setLevel(logging.INFO)
    logging.getLogger("werkzeug").addFilter(_without_query)
    db.init_app(app)
    csrf.init_app(app)


def _without_query(record: logging.LogRecord) -> bool:
    """The development server's access log: like gunicorn's, it holds paths and no queries."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _QUERY.sub("", each) if isinstance(each, str) else each for each in record.args
        )
    return True


_QUERY = re.compile(r"\?\S*")


def _render(message_id: str, parts: tuple[Part, ...]) -> str:
    """Formats an answer; what takes time is kept away from the greenlets that serve streams."""
    text = text_of(parts)
    plain = plain_html(text)
    if plain is not None:
        return plain
    sources = {source.position: anchor(message_id, source.position) for source in sources_of(parts)}
    return offload(lambda: to_html(text, sources))


def _make_reader() -> Reads:
    from chatapp.knowledge.reader import Reader

    return Reader()


def _make_embed(settings: Settings) -> Embed | None:
    if not settings.embedding_model:
        return None
    from chatapp.providers.embeddings import Embeddings

    url, key = settings.openai_base_url, _key(settings)
    return Embeddings(settings.embedding_model, base_url=url, api_key=key)


def _make_naming(database: Database, provider: Provider, settings: Settings) -> Naming | None:
    """None where there is no model to be asked for a title."""
    if not settings.title_model or not provider.speaks:
        return None
    from chatapp.chat import naming
    from chatapp.live.store.nothing import Nothing

    bounds = Limits(naming.PATIENCE, naming.PATIENCE, naming.LONGEST_REPLY)
    engine = Engine(Nothing(), bounds, heartbeat=1.0)
    return naming.Naming(database, provider, engine, settings.title_model)


def _make_openid(settings: Settings) -> OpenId | None:
    if not settings.oidc_issuer:
        return None
    from chatapp.accounts.openid import OpenId

    secret = settings.oidc_client_secret
    return OpenId(
        settings.oidc_issuer,
        settings.oidc_client_id or "",
        secret.get_secret_value() if secret else None,
        settings.oidc_label,
    )


def _make_relay(settings: Settings) -> Relay | None:
    if not settings.redis_url:
        return None
    from chatapp.live.redis_relay import RedisRelay

    return RedisRelay(settings.redis_url)


def _make_catalogue(provider: Provider, settings: Settings) -> Catalogue:
    if provider.grounded:
        return Catalogue(provider, "offline", ("offline",))
    own = settings.openai_base_url is not None or provider.name == "ai-client"
    return Catalogue(provider, settings.model, settings.models, own_server=own)


def _key(settings: Settings) -> str | None:
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else None


def _token(settings: Settings) -> str | None:
    return settings.ai_client_token.get_secret_value() if settings.ai_client_token else None


def _offline(settings: Settings) -> Provider:
    from chatapp.providers import offline

    return offline.Offline()


def _chat(settings: Settings) -> Provider:
    from chatapp.providers import openai_chat

    return openai_chat.OpenAIChat(base_url=settings.openai_base_url, api_key=_key(settings))


def _responses(settings: Settings) -> Provider:
    from chatapp.providers import openai_responses

    return openai_responses.OpenAIResponses(
        base_url=settings.openai_base_url,
        api_key=_key(settings),
        background=settings.responses_background,
    )


def _ai_client(settings: Settings) -> Provider:
    from chatapp.providers import ai_client

    return ai_client.AIClient(url=settings.ai_client_url or "", token=_token(settings))


PROVIDERS: dict[str, Callable[[Settings], Provider]] = {
    "openai": _chat,
    "openai-responses": _responses,
    "ai-client": _ai_client,
    "offline": _offline,
}
