"""Every setting, once: its name, type, default and what it means."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from chatapp.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Origin = Annotated[str, Field(pattern=r"^(\*|[a-z][a-z-]*://[^\s/?#@*^$()\\]+)$")]
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Settings(BaseModel):
    """The settings of one process, read from the environment and from `.env`.

    The environment's names are the aliases; a value that cannot be is a `SettingsError`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    secret_key: SecretStr | None = Field(
        None, alias="SECRET_KEY", description="text that signs cookies and tickets"
    )
    database_url: str = Field(
        "", alias="DATABASE_URL", description="an SQLAlchemy URL, such as postgresql://user@host/db"
    )
    redis_url: str | None = Field(
        None,
        alias="REDIS_URL",
        pattern=r"^(rediss?|unix)://\S+$",
        description="an address such as redis://127.0.0.1:6379/0",
    )
    host: str = Field("127.0.0.1", alias="HOST", description="an address to listen on")
    port: int = Field(8000, alias="PORT", ge=1, le=65_535, description="a port from 1 to 65535")
    workers: int = Field(
        1, alias="WEB_CONCURRENCY", ge=1, le=1_000, description="a number of processes, at least 1"
    )

    openai_api_key: SecretStr | None = Field(
        None, alias="OPENAI_API_KEY", description="the key of the model's server"
    )
    openai_base_url: str | None = Field(
        None,
        alias="OPENAI_BASE_URL",
        pattern=r"^https?://\S+$",
        description="an address such as http://127.0.0.1:11434/v1",
    )
    provider: Literal["auto", "openai", "openai-responses", "ai-client", "offline"] = Field(
        "auto",
        alias="CHATAPP_PROVIDER",
        description="auto, openai, openai-responses, ai-client or offline",
    )
    model: str | None = Field(None, alias="CHATAPP_MODEL", description="the id of a model")
    models: tuple[str, ...] = Field(
        (), alias="CHATAPP_MODELS", description="ids of models, separated by commas"
    )
    instructions: str | None = Field(
        None, alias="CHATAPP_INSTRUCTIONS", description="a system prompt"
    )
    embedding_model: str | None = Field(
        None,
        alias="CHATAPP_EMBEDDING_MODEL",
        max_length=200,
        description="the id of a model for embeddings",
    )
    title_model: str | None = Field(
        None,
        alias="CHATAPP_TITLE_MODEL",
        max_length=200,
        description="the id of a model that finds titles",
    )
    ai_client_url: str | None = Field(
        None,
        alias="CHATAPP_AI_CLIENT_URL",
        pattern=r"^https?://\S+$",
        description="an address that starts with http:// or https://",
    )
    ai_client_token: SecretStr | None = Field(
        None, alias="CHATAPP_AI_CLIENT_TOKEN", description="a bearer token"
    )

    responses_background: bool = Field(
        False, alias="CHATAPP_RESPONSES_BACKGROUND", description="1 or 0"
    )

    guests: bool = Field(True, alias="CHATAPP_GUESTS", description="1 or 0")
    signup: bool = Field(True, alias="CHATAPP_SIGNUP", description="1 or 0")
    oidc_issuer: str | None = Field(
        None,
        alias="OIDC_ISSUER",
        pattern=r"^https?://[^\s?#]+$",
        description="the address of an OpenID provider, such as https://id.example.org",
    )
    oidc_client_id: str | None = Field(
        None, alias="OIDC_CLIENT_ID", description="what the provider calls this chat"
    )
    oidc_client_secret: SecretStr | None = Field(
        None, alias="OIDC_CLIENT_SECRET", description="the secret that goes with OIDC_CLIENT_ID"
    )
    oidc_label: str | None = Field(
        None, alias="OIDC_LABEL", description="what people call the provider"
    )
    cors_origins: tuple[Origin, ...] = Field(
        (),
        alias="CHATAPP_CORS_ORIGINS",
        description="origins such as https://example.org, separated by commas, or *",
    )
    trusted_proxies: int = Field(
        0, alias="CHATAPP_TRUSTED_PROXIES", ge=0, le=10, description="a number from 0 to 10"
    )

    history_messages: int = Field(
        20, alias="CHATAPP_HISTORY_MESSAGES", ge=0, le=10_000, description="a number from 0 on"
    )
    max_output_tokens: int | None = Field(
        None, alias="CHATAPP_MAX_OUTPUT_TOKENS", ge=1, description="a number from 1 on"
    )
    max_answer_chars: int = Field(
        400_000, alias="CHATAPP_MAX_ANSWER_CHARS", ge=1, description="a number from 1 on"
    )
    max_message_chars: int = Field(
        32_000, alias="CHATAPP_MAX_MESSAGE_CHARS", ge=1, description="a number from 1 on"
    )
    max_upload_mb: int = Field(
        20, alias="CHATAPP_MAX_UPLOAD_MB", ge=1, le=10_000, description="megabytes, from 1 on"
    )
    max_streams_per_user: int = Field(
        4, alias="CHATAPP_MAX_STREAMS_PER_USER", ge=1, description="a number from 1 on"
    )
    rate_limit: str = Field(
        "60/minute",
        alias="CHATAPP_RATE_LIMIT",
        pattern=r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$",
        description="a number per second, minute, hour or day, such as 60/minute",
    )
    heartbeat_seconds: Seconds = Field(
        15.0, alias="CHATAPP_HEARTBEAT_SECONDS", description="seconds, above 0"
    )
    first_token_timeout: Seconds = Field(
        60.0, alias="CHATAPP_FIRST_TOKEN_TIMEOUT", description="seconds, above 0"
    )
    idle_timeout: Seconds = Field(
        60.0, alias="CHATAPP_IDLE_TIMEOUT", description="seconds, above 0"
    )

    instance: Path = Field(
        ROOT / "instance",
        alias="CHATAPP_INSTANCE",
        description="a folder that this process may write to",
    )

    @field_validator("models", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(",") if item.strip())
        return value

    @property
    def rate(self) -> tuple[int, int]:
        """How many sends one person may make in how many seconds."""
        number, _, unit = self.rate_limit.partition("/")
        return int(number), _UNITS[unit]

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use; `postgresql://` means psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'chatapp.db'}"
        scheme, found, rest = self.database_url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg{found}{rest}"
        return self.database_url

    @property
    def provider_name(self) -> str:
        """The provider in use: `openai`, `openai-responses`, `ai-client` or `offline`."""
        if self.provider != "auto":
            return self.provider
        if self.openai_api_key or self.openai_base_url:
            return "openai"
        return "ai-client" if self.ai_client_url else "offline"


SECRETS = (
    "SECRET_KEY",
    "OPENAI_API_KEY",
    "CHATAPP_AI_CLIENT_TOKEN",
    "DATABASE_URL",
    "REDIS_URL",
    "OIDC_CLIENT_SECRET",
)


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks the settings; `environ` (for tests) replaces environment and `.env`.

    Raises `SettingsError` with one line for the first value that cannot be.
    """
    given = _environment() if environ is None else environ
    try:
        return _checked(Settings.model_validate(_filled(given)))
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _environment() -> dict[str, str | None]:
    """What `.env` says, and over it the environment, where that is not empty."""
    file = Path(os.environ.get("CHATAPP_ENV_FILE", ".env")).expanduser()
    return dotenv_values(file) | _filled(os.environ)


def _filled(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """Without those that are empty: they count as not set."""
    return {name: value for name, value in values.items() if value}


def _checked(settings: Settings) -> Settings:
    if settings.provider_name == "ai-client" and not settings.ai_client_url:
        raise SettingsError("CHATAPP_PROVIDER=ai-client needs CHATAPP_AI_CLIENT_URL: " + _URL)
    if settings.embedding_model and not (settings.openai_base_url or settings.openai_api_key):
        raise SettingsError("CHATAPP_EMBEDDING_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL.")
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise SettingsError("OIDC_ISSUER needs OIDC_CLIENT_ID: what the provider calls this chat.")
    if settings.database_url:
        _check_database_url(settings)
    return settings


_URL = "an address that starts with http:// or https://"


def _check_database_url(settings: Settings) -> None:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(settings.database)
        url.get_dialect().import_dbapi()
    except (ArgumentError, ImportError):
        usable = False
    else:
        in_memory = url.database in (None, "", ":memory:")  # gone with its only connection
        kind = url.get_backend_name()
        usable = kind == "postgresql" or (kind == "sqlite" and not in_memory)
    if not usable:
        raise SettingsError(
            "DATABASE_URL=(hidden) cannot be used: accepted is sqlite:///file.db "
            "or postgresql://user:password@host/database."
        )


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    name = str(first["loc"][0])
    accepted = next(f.description for f in Settings.model_fields.values() if f.alias == name)
    return f"{name}={_shown(name, first['input'])} cannot be used: accepted is {accepted}."


def _shown(name: str, value: object) -> str:
    """A wrong value for the log: in one line, and without a password that it may hold."""
    if name in SECRETS:
        return "(hidden)"
    return _PASSWORD.sub("//(hidden)@", repr(value))


_PASSWORD = re.compile(r"//\S*@")


def make_instance(settings: Settings) -> Path:
    """The folder for what an installation keeps. Raises `SettingsError` where it cannot be."""
    try:
        settings.instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"CHATAPP_INSTANCE={str(settings.instance)!r} cannot be used ({error.strerror}): "
            "accepted is a folder that this process may write to."
        ) from None
    return settings.instance


def secret_key(settings: Settings) -> str:
    """The key that signs cookies: the setting, or one made once and kept in the instance folder."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    path = make_instance(settings) / "secret_key"
    if not path.exists():
        _write_once(path, secrets.token_hex(32))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Several processes may start at once: the first to link its file wins, whole."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process made it meanwhile, and that one counts
    finally:
        draft.unlink()
