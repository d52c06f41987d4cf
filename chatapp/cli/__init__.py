"""The commands of `flask --app wsgi`."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import with_appcontext

from chatapp.accounts import people, tokens
from chatapp.chat.prompting import Wishes, compose, source
from chatapp.cli.documents import documents
from chatapp.cli.running import clear_errors, services
from chatapp.config import ROOT
from chatapp.dialects.plain import Plain
from chatapp.errors import Unprocessable
from chatapp.events import Error, Start
from chatapp.extensions import db
from chatapp.live.answer import LiveAnswer
from chatapp.live.engine import Engine
from chatapp.live.follow import follow
from chatapp.live.store.nothing import Nothing
from chatapp.models import revisions
from chatapp.prompt import Prompt, Turn


def register(app: Flask) -> None:
    """Adds the commands."""
    for command in (database, users, tokens_, documents, ask, doctor):
        app.cli.add_command(command)


@click.group("db")
def database() -> None:
    """The tables of the database."""


@database.command("upgrade")
@click.argument("revision", default="head")
@with_appcontext
def upgrade(revision: str) -> None:
    """Bring the tables to a revision, the newest where none is named.

    With the newest comes the library about chatapp itself.
    """
    with clear_errors():
        if revision == "head":
            _bring_up_to_date()
        else:
            _alembic("upgrade", revision)


def _bring_up_to_date() -> None:
    from chatapp.knowledge import samples  # servers read no files by themselves

    _alembic("upgrade", "head")
    samples.install(services().database, ROOT / "docs" / "help")


@database.command("downgrade")
@click.argument("revision")
@with_appcontext
def downgrade(revision: str) -> None:
    """Take the tables back to a revision."""
    with clear_errors():
        _alembic("downgrade", revision)


@database.command("current")
@with_appcontext
def current() -> None:
    """Show the revision of the tables."""
    with clear_errors():
        _alembic("current")


@database.command("revision")
@click.argument("message")
@with_appcontext
def revision(message: str) -> None:
    """Write a revision that brings the tables to what the models say."""
    _alembic("revision", message, autogenerate=True)


def _alembic(name: str, *words: str, **options: bool) -> None:
    """Runs one of Alembic's commands, which are imported here alone: servers need none."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(stdout=sys.stdout)
    config.set_main_option("script_location", str(ROOT / "migrations"))
    try:
        getattr(command, name)(config, *words, **options)
    except CommandError as error:
        raise click.ClickException(str(error)) from None


@click.group()
def users() -> None:
    """Accounts."""


@users.command("create")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create_user(email: str, admin: bool, password_stdin: bool) -> None:
    """Make an account."""
    with clear_errors():
        address = people.normalize(email)  # before a password is asked for
        people.create(services().database, address, _password(password_stdin), admin=admin)
    click.echo(f"Made {address}.")


@users.command("list")
@with_appcontext
def list_users() -> None:
    """List the accounts."""
    with clear_errors():
        for user in people.everybody(db.session()):
            click.echo(f"{user.email}\t{'administrator' if user.is_admin else 'user'}")


@users.command("promote")
@click.argument("email")
@with_appcontext
def promote_user(email: str) -> None:
    """Make an account an administrator."""
    with clear_errors():
        address = people.normalize(email)
        people.promote(services().database, address)
    click.echo(f"{address} is an administrator.")


@users.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def change_password(email: str, password_stdin: bool) -> None:
    """Give an account a new password."""
    with clear_errors():
        people.find(services().database, email)
        people.set_password(services().database, email, _password(password_stdin))
    click.echo("The password is changed.")


@click.group("tokens")
def tokens_() -> None:
    """Personal tokens."""


@tokens_.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--scope", type=click.Choice(["chat", "all"]), default="all", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires; else never.")
@with_appcontext
def create_token(email: str, name: str, scope: str, days: int | None) -> None:
    """Make a token and print it."""
    database = services().database
    with clear_errors():
        user_id = people.find(database, email)
        click.echo(tokens.create(database, user_id, name, scope=scope, days=days))


@click.command("ask")
@click.argument("question")
@click.option("--model", help="The model to ask; else the default.")
@with_appcontext
def ask(question: str, model: str | None) -> None:
    """Ask a question and watch the answer arrive."""
    with clear_errors():
        question = _readable(question)
        made = services()
        if made.provider.grounded and made.database.read(revisions.stored) == 0:
            _bring_up_to_date()  # what it knows is in the database
        prompt = Prompt(
            model=model or made.catalogue.default,
            turns=compose(Wishes("", made.settings.instructions), [Turn("user", question)]),
            max_output_tokens=made.settings.max_output_tokens,
        )
        engine = Engine(Nothing(), made.engine.limits)
        answer = engine.begin(
            Start("terminal", "terminal", None, prompt.model),
            source(made.provider, prompt, made.bare_ground),
        )
        sys.exit(_show(engine, answer))


def _show(engine: Engine, answer: LiveAnswer) -> int:
    """Writes the answer as it comes; the exit code. Ctrl-C ends the call to the model."""
    try:
        for words in follow(answer, Plain()):
            sys.stdout.buffer.write(words)
            sys.stdout.buffer.flush()
    except KeyboardInterrupt:
        engine.stop(answer.start.message_id)
        return 130
    click.echo()
    error = next((each for each in answer.closing or () if isinstance(each, Error)), None)
    if error is None:
        return 0
    click.echo(f"Error: {error.error}", err=True)
    return 1


@click.command("doctor")
@click.option("--url", help="Where people reach the chat, to see what a proxy does to streams.")
@with_appcontext
def doctor(url: str | None) -> None:
    """Check everything that the chat rests on."""
    from chatapp.doctor import examine  # servers need none of it

    failed = False
    for finding in examine(services(), url):
        click.echo(f"{finding.level:8} {finding.part:14} {finding.words}")
        failed = failed or finding.level == "failed"
    sys.exit(1 if failed else 0)


def _readable(question: str) -> str:
    """The question as a model can read it; bytes that are no text are lost."""
    if not question.strip():
        raise Unprocessable("There is no question.")
    return question.encode(errors="replace").decode()


def _password(from_stdin: bool) -> str:
    if from_stdin:
        line = sys.stdin.buffer.readline().decode(errors="surrogateescape")
        return line.rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
