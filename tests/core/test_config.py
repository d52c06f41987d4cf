"""Settings: their defaults, what they accept, and the one line that refuses a wrong value."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from chatapp.config import ROOT, SECRETS, Settings, load, make_instance, secret_key
from chatapp.errors import SettingsError

DEFAULTS = {
    "SECRET_KEY": None,
    "DATABASE_URL": "",
    "REDIS_URL": None,
    "HOST": "127.0.0.1",
    "PORT": 8000,
    "WEB_CONCURRENCY": 1,
    "OPENAI_API_KEY": None,
    "OPENAI_BASE_URL": None,
    "CHATAPP_PROVIDER": "auto",
    "CHATAPP_MODEL": None,
    "CHATAPP_MODELS": (),
    "CHATAPP_INSTRUCTIONS": None,
    "CHATAPP_EMBEDDING_MODEL": None,
    "CHATAPP_TITLE_MODEL": None,
    "CHATAPP_AI_CLIENT_URL": None,
    "CHATAPP_AI_CLIENT_TOKEN": None,
    "CHATAPP_RESPONSES_BACKGROUND": False,
    "CHATAPP_GUESTS": True,
    "CHATAPP_SIGNUP": True,
    "OIDC_ISSUER": None,
    "OIDC_CLIENT_ID": None,
    "OIDC_CLIENT_SECRET": None,
    "OIDC_LABEL": None,
    "CHATAPP_CORS_ORIGINS": (),
    "CHATAPP_TRUSTED_PROXIES": 0,
    "CHATAPP_HISTORY_MESSAGES": 20,
    "CHATAPP_MAX_OUTPUT_TOKENS": None,
    "CHATAPP_MAX_ANSWER_CHARS": 400_000,
    "CHATAPP_MAX_MESSAGE_CHARS": 32_000,
    "CHATAPP_MAX_UPLOAD_MB": 20,
    "CHATAPP_MAX_STREAMS_PER_USER": 4,
    "CHATAPP_RATE_LIMIT": "60/minute",
    "CHATAPP_HEARTBEAT_SECONDS": 15.0,
    "CHATAPP_FIRST_TOKEN_TIMEOUT": 60.0,
    "CHATAPP_IDLE_TIMEOUT": 60.0,
    "CHATAPP_INSTANCE": ROOT / "instance",
}

ACCEPTED: list[tuple[str, str, object]] = [
    ("SECRET_KEY", "s", SecretStr("s")),
    ("DATABASE_URL", "postgresql://ann:pw@db/chat", "postgresql://ann:pw@db/chat"),
    ("DATABASE_URL", "postgresql+psycopg://db/chat", "postgresql+psycopg://db/chat"),
    ("DATABASE_URL", "sqlite:///chat.db", "sqlite:///chat.db"),
    ("REDIS_URL", "redis://:pw@127.0.0.1:6379/0", "redis://:pw@127.0.0.1:6379/0"),
    ("HOST", "0.0.0.0", "0.0.0.0"),
    ("PORT", "65535", 65_535),
    ("WEB_CONCURRENCY", "4", 4),
    ("OPENAI_API_KEY", "sk-1", SecretStr("sk-1")),
    ("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
    ("CHATAPP_PROVIDER", "openai-responses", "openai-responses"),
    ("CHATAPP_MODEL", "llama3.2:3b", "llama3.2:3b"),
    ("CHATAPP_MODELS", " a, b/c ,,", ("a", "b/c")),
    ("CHATAPP_EMBEDDING_MODEL", "text-embedding-3-small", "text-embedding-3-small"),
    ("CHATAPP_TITLE_MODEL", "tiny", "tiny"),
    ("CHATAPP_INSTRUCTIONS", "Be brief.\nAnd kind.", "Be brief.\nAnd kind."),
    ("CHATAPP_AI_CLIENT_URL", "https://ai.example.org/chat", "https://ai.example.org/chat"),
    ("CHATAPP_AI_CLIENT_TOKEN", "t", SecretStr("t")),
    ("CHATAPP_RESPONSES_BACKGROUND", "1", True),
    ("CHATAPP_GUESTS", "0", False),
    ("CHATAPP_GUESTS", "1", True),
    ("CHATAPP_SIGNUP", "0", False),
    ("OIDC_ISSUER", "https://id.example.org/realms/a", "https://id.example.org/realms/a"),
    ("OIDC_CLIENT_ID", "chatapp", "chatapp"),
    ("OIDC_CLIENT_SECRET", "s", SecretStr("s")),
    ("OIDC_LABEL", "Example", "Example"),
    ("CHATAPP_CORS_ORIGINS", "*", ("*",)),
    (
        "CHATAPP_CORS_ORIGINS",
        "https://a.example.org,http://localhost:3000",
        ("https://a.example.org", "http://localhost:3000"),
    ),
    ("CHATAPP_CORS_ORIGINS", "moz-extension://5e-1", ("moz-extension://5e-1",)),
    ("CHATAPP_TRUSTED_PROXIES", "2", 2),
    ("CHATAPP_HISTORY_MESSAGES", "0", 0),
    ("CHATAPP_MAX_OUTPUT_TOKENS", "1", 1),
    ("CHATAPP_MAX_ANSWER_CHARS", "1", 1),
    ("CHATAPP_MAX_MESSAGE_CHARS", "1", 1),
    ("CHATAPP_MAX_UPLOAD_MB", "1", 1),
    ("CHATAPP_MAX_STREAMS_PER_USER", "1", 1),
    ("CHATAPP_RATE_LIMIT", "5/second", "5/second"),
    ("CHATAPP_HEARTBEAT_SECONDS", "0.5", 0.5),
    ("CHATAPP_FIRST_TOKEN_TIMEOUT", "86400", 86_400.0),
    ("CHATAPP_IDLE_TIMEOUT", "1e2", 100.0),
    ("CHATAPP_INSTANCE", "/var/lib/chatapp", Path("/var/lib/chatapp")),
]

REFUSED = [
    ("CHATAPP_EMBEDDING_MODEL", "m" * 201),
    ("CHATAPP_TITLE_MODEL", "m" * 201),
    ("DATABASE_URL", "mysql://ann:hush@db/chat"),
    ("DATABASE_URL", "postgresql+nothing://ann:hush@db/chat"),
    ("DATABASE_URL", "postgresql+psycopg2://ann:hush@db/chat"),
    ("DATABASE_URL", "hush"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("REDIS_URL", "127.0.0.1:6379/hush"),
    ("PORT", "0"),
    ("WEB_CONCURRENCY", "abc"),
    ("WEB_CONCURRENCY", "0"),
    ("PORT", "65536"),
    ("PORT", "http"),
    ("OPENAI_BASE_URL", "127.0.0.1:11434/v1"),
    ("OPENAI_BASE_URL", "http://two words"),
    ("OPENAI_BASE_URL", "ftp://ann:hush@host/v1"),
    ("CHATAPP_PROVIDER", "OpenAI"),
    ("CHATAPP_AI_CLIENT_URL", "ai.example.org"),
    ("CHATAPP_AI_CLIENT_URL", "//ann:hush@ai.example.org"),
    ("CHATAPP_RESPONSES_BACKGROUND", "perhaps"),
    ("CHATAPP_GUESTS", "maybe"),
    ("CHATAPP_SIGNUP", "perhaps"),
    ("OIDC_ISSUER", "id.example.org"),
    ("OIDC_ISSUER", "https://id.example.org?x=1"),
    ("CHATAPP_CORS_ORIGINS", "example.org"),
    ("CHATAPP_CORS_ORIGINS", "https://example.org/"),
    ("CHATAPP_CORS_ORIGINS", "https://*.example.org"),
    ("CHATAPP_TRUSTED_PROXIES", "-1"),
    ("CHATAPP_TRUSTED_PROXIES", "11"),
    ("CHATAPP_HISTORY_MESSAGES", "-1"),
    ("CHATAPP_HISTORY_MESSAGES", "all"),
    ("CHATAPP_MAX_OUTPUT_TOKENS", "0"),
    ("CHATAPP_MAX_ANSWER_CHARS", "0"),
    ("CHATAPP_MAX_MESSAGE_CHARS", "1.5"),
    ("CHATAPP_MAX_UPLOAD_MB", "0"),
    ("CHATAPP_MAX_STREAMS_PER_USER", "0"),
    ("CHATAPP_RATE_LIMIT", "60"),
    ("CHATAPP_RATE_LIMIT", "0/minute"),
    ("CHATAPP_RATE_LIMIT", "60/fortnight"),
    ("CHATAPP_HEARTBEAT_SECONDS", "0"),
    ("CHATAPP_HEARTBEAT_SECONDS", "inf"),
    ("CHATAPP_FIRST_TOKEN_TIMEOUT", "nan"),
    ("CHATAPP_IDLE_TIMEOUT", "-5"),
    ("CHATAPP_IDLE_TIMEOUT", "1\nCHATAPP_GUESTS=0"),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without any setting, in a folder without `.env`."""
    for name in os.environ:
        if name in DEFAULTS or name.startswith("CHATAPP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def values(settings: Settings) -> dict[str | None, object]:
    """The settings by the names that people use."""
    return {field.alias: getattr(settings, name) for name, field in Settings.model_fields.items()}


def test_nothing_set_gives_the_defaults() -> None:
    assert values(load()) == DEFAULTS
    assert values(load({})) == DEFAULTS


def test_every_setting_says_what_it_accepts() -> None:
    assert [field.alias for field in Settings.model_fields.values() if not field.description] == []


@pytest.mark.parametrize(("name", "text", "value"), ACCEPTED)
def test_the_environment_sets_it(
    name: str, text: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = {
        "OIDC_ISSUER": {"OIDC_CLIENT_ID": "chatapp"},
        "CHATAPP_EMBEDDING_MODEL": {"OPENAI_BASE_URL": "http://localhost/v1"},
    }.get(name, {})
    for each, given in ({name: text} | needed).items():
        monkeypatch.setenv(each, given)
    assert values(load()) == DEFAULTS | needed | {name: value}
    assert values(load({name: text} | needed)) == DEFAULTS | needed | {name: value}


def test_every_setting_is_tried() -> None:
    free_text = {"SECRET_KEY", "HOST", "CHATAPP_MODEL", "CHATAPP_MODELS", "CHATAPP_INSTRUCTIONS"}
    free_text |= {"OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_LABEL"}
    free_text |= {"OPENAI_API_KEY", "CHATAPP_AI_CLIENT_TOKEN", "CHATAPP_INSTANCE"}
    assert {name for name, _, _ in ACCEPTED} == set(DEFAULTS)
    assert {name for name, _ in REFUSED} == set(DEFAULTS) - free_text


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_wrong_value_is_refused_in_one_line(name: str, text: str) -> None:
    field = next(field for field in Settings.model_fields.values() if field.alias == name)
    with pytest.raises(SettingsError) as caught:
        load({name: text})
    line = str(caught.value)
    assert line.startswith(f"{name}=")
    assert len(line.splitlines()) == 1
    assert "hush" not in line
    if name in SECRETS:
        assert "=(hidden) cannot be used: accepted is " in line
    elif "hush" not in text:
        assert line == f"{name}={text!r} cannot be used: accepted is {field.description}."


def test_the_wrong_one_of_several_values_is_named() -> None:
    with pytest.raises(SettingsError, match=r"^CHATAPP_CORS_ORIGINS='b' cannot"):
        load({"CHATAPP_CORS_ORIGINS": "https://a.example.org,b"})


def test_the_ai_client_needs_an_address() -> None:
    with pytest.raises(SettingsError, match=r"^CHATAPP_PROVIDER=ai-client needs [^\n]+$"):
        load({"CHATAPP_PROVIDER": "ai-client"})


def test_embeddings_need_a_server() -> None:
    with pytest.raises(SettingsError, match=r"^CHATAPP_EMBEDDING_MODEL needs [^\n]+$"):
        load({"CHATAPP_EMBEDDING_MODEL": "m"})


def test_an_openid_provider_needs_a_name_for_the_chat() -> None:
    with pytest.raises(SettingsError, match=r"^OIDC_ISSUER needs OIDC_CLIENT_ID[^\n]+$"):
        load({"OIDC_ISSUER": "https://id.example.org"})


@pytest.mark.parametrize("name", DEFAULTS)
def test_an_empty_value_is_no_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert values(load()) == DEFAULTS
    assert values(load({name: ""})) == DEFAULTS


def test_a_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nCHATAPP_MODEL=from-file\nPORT='9000'\nCHATAPP_INSTRUCTIONS=\"Be\\nbrief\"\nX=1\n"
    )
    monkeypatch.setenv("PORT", "9001")
    expected = {"CHATAPP_MODEL": "from-file", "PORT": 9001, "CHATAPP_INSTRUCTIONS": "Be\nbrief"}
    assert values(load()) == DEFAULTS | expected


def test_a_wrong_value_in_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CHATAPP_GUESTS=perhaps\n")
    with pytest.raises(SettingsError, match=r"^CHATAPP_GUESTS='perhaps' cannot be used"):
        load()


def test_given_values_replace_the_environment_and_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9000\n")
    monkeypatch.setenv("CHATAPP_MODEL", "from-environment")
    assert values(load({"CHATAPP_GUESTS": "0"})) == DEFAULTS | {"CHATAPP_GUESTS": False}


@pytest.mark.parametrize("name", ["MODEL", "PROVIDER", "INSTANCE", "instance", "guests", "port"])
def test_other_variables_of_the_machine_mean_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "somebody else's")
    assert values(load()) == DEFAULTS


@pytest.mark.parametrize(
    ("limit", "rate"),
    [
        ("5/second", (5, 1)),
        ("60/minute", (60, 60)),
        ("1/hour", (1, 3600)),
        ("999999999/day", (999_999_999, 86_400)),
    ],
)
def test_a_rate_is_a_number_in_so_many_seconds(limit: str, rate: tuple[int, int]) -> None:
    assert load({"CHATAPP_RATE_LIMIT": limit}).rate == rate


@pytest.mark.parametrize(
    ("environ", "provider"),
    [
        ({}, "offline"),
        ({"OPENAI_API_KEY": "k"}, "openai"),
        ({"OPENAI_BASE_URL": "http://h/v1"}, "openai"),
        ({"CHATAPP_AI_CLIENT_URL": "http://h"}, "ai-client"),
        ({"CHATAPP_AI_CLIENT_URL": "http://h", "OPENAI_API_KEY": "k"}, "openai"),
        ({"CHATAPP_PROVIDER": "offline", "OPENAI_API_KEY": "k"}, "offline"),
        ({"CHATAPP_PROVIDER": "openai-responses"}, "openai-responses"),
    ],
)
def test_auto_takes_the_provider_that_is_set_up(environ: dict[str, str], provider: str) -> None:
    assert load(environ).provider_name == provider


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgres://h/d", "postgresql+psycopg://h/d"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("sqlite:////srv/chat.db", "sqlite:////srv/chat.db"),
    ],
)
def test_postgresql_means_psycopg_3(given: str, used: str) -> None:
    assert load({"DATABASE_URL": given}).database == used


def test_the_database_is_a_file_in_the_instance_folder() -> None:
    assert load({"CHATAPP_INSTANCE": "/srv/chat"}).database == "sqlite:////srv/chat/chatapp.db"


def test_secrets_are_not_shown() -> None:
    shown = repr(load({"SECRET_KEY": "hush", "OPENAI_API_KEY": "hush"}))
    assert "hush" not in shown


def test_the_secret_key_is_the_setting(tmp_path: Path) -> None:
    settings = load({"SECRET_KEY": "mine", "CHATAPP_INSTANCE": str(tmp_path / "i")})
    assert secret_key(settings) == "mine"
    assert not (tmp_path / "i").exists()


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load({"CHATAPP_INSTANCE": str(tmp_path / "i")})
    before = os.umask(0)
    try:
        made = secret_key(settings)
    finally:
        os.umask(before)
    assert len(made) >= 64
    assert secret_key(settings) == made
    assert [path.name for path in (tmp_path / "i").iterdir()] == ["secret_key"]
    assert (tmp_path / "i" / "secret_key").stat().st_mode & 0o777 == 0o600


STARTING = """
import sys
from pathlib import Path
from chatapp.config import load, secret_key

settings = load({"CHATAPP_INSTANCE": sys.argv[1]})
print("ready", flush=True)
sys.stdin.readline()
print(secret_key(settings))
"""


def test_processes_that_start_at_once_share_one_secret_key(tmp_path: Path) -> None:
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", STARTING, str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    assert [process.stdout and process.stdout.readline() for process in starting] == ["ready\n"] * 4
    with ThreadPoolExecutor() as pool:
        keys = [out for out, _ in pool.map(lambda process: process.communicate("\n"), starting)]
    assert keys[0].strip()
    assert keys == [keys[0]] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_folder_that_cannot_be_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = load({"CHATAPP_INSTANCE": str(tmp_path / "file" / "i")})
    with pytest.raises(SettingsError, match=r"^CHATAPP_INSTANCE='.+' cannot be used [^\n]+$"):
        make_instance(settings)


def test_a_wrong_value_ends_the_start_with_its_line_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "CHATAPP_IDLE_TIMEOUT": "soon"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "CHATAPP_IDLE_TIMEOUT='soon' cannot be used: accepted is seconds, above 0.\n"
    )
