"""The search over documents: the same on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, text, update

from chatapp.knowledge import index
from chatapp.knowledge.search import Hit, Scope, Search
from chatapp.models import Database, Document, Passage, PassageTerms, User
from tests.knowledge.shelf import read, shelve
from tests.support.rows import count_rows

LEAVE = "# Leave\n\nFull-time employees get 25 days of annual leave each year.\n"
TRAVEL = "# Travel\n\nTrains are booked in second class. Receipts go to the accountants.\n"
URLAUB = "# Urlaub\n\nAlle Mitarbeiter haben im Jahr Anspruch auf 30 Tage Erholung.\n"
CUTI = "# Cuti\n\nKaryawan yang sudah bekerja selama satu tahun mendapat cuti dua belas hari.\n"
YUKYU = "# 休暇\n\n正社員は年に二十日の有給休暇を取得できます。\n"
SECURITY = "# Security\n\nSet `CHATAPP_MODEL` in the file. Send an e-mail to ask for Wi-Fi.\n"


def found(database: Database, question: str, scope: Scope, limit: int = 5) -> list[str]:
    return [hit.document_id for hit in Search(database).find(question, scope, limit)]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many days of leave do employees get?", LEAVE),
        ("LEAVES", LEAVE),
        ("who books a train?", TRAVEL),
        ("accountant", TRAVEL),
        ("Wie viel Erholung hat ein Mitarbeiter?", URLAUB),
        ("berapa hari cuti karyawan?", CUTI),
        ("有給", YUKYU),
        ("社員の休暇", YUKYU),
        ("chatapp_model", SECURITY),
        ("email", SECURITY),
        ("wifi", SECURITY),
        ("what does the model do?", SECURITY),
    ],
)
def test_a_question_finds_the_words_of_any_language(
    database: Database, ann: str, question: str, words: str
) -> None:
    ids = {
        each: shelve(database, ann, each, title="-")
        for each in (LEAVE, TRAVEL, URLAUB, CUTI, YUKYU, SECURITY)
    }
    assert found(database, question, Scope(ann))[:1] == [ids[words]]


def test_a_hit_says_where_it_is_from(database: Database, ann: str) -> None:
    id = shelve(database, ann, LEAVE, name="hr/leave.md", title="Holidays")
    hit = Search(database).find("annual leave", Scope(ann), 5)[0]
    assert hit == Hit(
        passage_id=hit.passage_id,
        document_id=id,
        document_name="hr/leave.md",
        title="Holidays",
        heading="Leave",
        content="Full-time employees get 25 days of annual leave each year.",
        score=1.0,
        rank=hit.rank,
    )


def test_the_title_the_path_and_the_headings_are_searched(database: Database, ann: str) -> None:
    words = f"# Vacation\n\n{'Everybody may rest. ' * 20}"
    id = shelve(database, ann, words, name="people/parental_benefits.md", title="Absence")
    shelve(database, ann, TRAVEL, title="Trips")
    for question in ("absence", "benefits of people", "vacations"):
        assert found(database, question, Scope(ann)) == [id]


def test_what_stands_in_the_heading_is_found_first(database: Database, ann: str) -> None:
    beside = "Who is ill for long may ask for a refund of costs, as for many other costs."
    shelve(database, ann, f"# Illness\n\n{beside}")
    id = shelve(database, ann, "# Refunds\n\nWrite to the accountants about costs of any kind.")
    assert found(database, "refund", Scope(ann))[0] == id


def test_a_rare_word_says_more_than_common_ones(database: Database, ann: str) -> None:
    for number in range(10):
        shelve(database, ann, f"# Rule {number}\n\nThe office opens at eight in the morning.")
    id = shelve(database, ann, "# Bicycles\n\nA bicycle is left in the yard, the office is small.")
    assert found(database, "morning office bicycle", Scope(ann))[0] == id


def test_the_best_passage_of_each_document_comes(database: Database, ann: str) -> None:
    section = "Annual leave is taken by the day. " * 20
    long = "".join(f"# Leave {number}\n\n{section}\n\n" for number in range(5))
    shelve(database, ann, long)
    shelve(database, ann, LEAVE)
    search = Search(database)
    assert len({hit.document_id for hit in search.find("annual leave", Scope(ann), 5)}) == 2
    assert len(search.find("annual leave", Scope(ann), 5)) == 2
    assert len(search.passages("annual leave", Scope(ann), 5)) == 5
    assert len(search.find("annual leave", Scope(ann), 1)) == 1


def test_a_long_document_leaves_room_for_others(database: Database, ann: str) -> None:
    section = "Annual leave, annual leave. " * 15
    shelve(database, ann, "".join(f"# Leave {n}\n\n{section}\n\n" for n in range(300)))
    filler = "Much else is written here, of no interest to those who wish for it. " * 8
    others = {shelve(database, ann, f"# Other\n\n{filler} annual leave") for _ in range(4)}
    assert others < set(found(database, "annual leave", Scope(ann)))


def test_the_score_is_the_share_that_is_answered(database: Database, ann: str) -> None:
    shelve(database, ann, LEAVE)
    shelve(database, ann, TRAVEL)

    def score(question: str) -> float:
        hits = Search(database).find(question, Scope(ann), 1)
        return hits[0].score if hits else 0.0

    assert score("annual leave") == score("How much annual leave do I get?") == 1.0
    assert 0.0 < score("annual zebra unicorn") < 0.5
    assert score("zebra") == 0.0


@pytest.mark.parametrize("words", ["thanks!", "Terima kasih", "Hallo, guten Morgen", "hi there"])
def test_courtesies_are_no_questions(database: Database, ann: str, words: str) -> None:
    shelve(database, ann, "# Hallo\n\nHi there, thanks and terima kasih, guten Abend to you.")
    hits = Search(database).find(words, Scope(ann), 1)
    assert all(hit.score < 0.3 for hit in hits)


def test_a_question_of_nothing_but_small_words_hardly_scores(database: Database, ann: str) -> None:
    shelve(database, ann, "# Who\n\nWho are you, and what do they do for each of us?")
    hits = Search(database).find("who are you?", Scope(ann), 1)
    assert [hit.score < 0.3 for hit in hits] == [True]


@pytest.mark.parametrize(
    "question",
    [
        "", " ", "???", '"', "'", "\\", "a AND OR NOT NEAR(", "leave*", "leave:", "^leave", "(",
        "👋", "\x01\x1f", "leave'; DROP TABLE passages; --", "| & ! <-> :*", "{leave heading} : x",
        "leave " * 5_000, "\u200b", "有", "a-" * 15_000, "x" * 30_000, ":user_id %s {0} ?",
        "\ud800",
    ],
)  # fmt: skip
def test_any_text_is_a_question(database: Database, ann: str, question: str) -> None:
    id = shelve(database, ann, LEAVE)
    assert set(found(database, question, Scope(ann))) <= {id}
    assert found(database, f"{question} leave"[-30_000:], Scope(ann)) == [id]


class TestScope:
    """What somebody may find."""

    def test_others_find_what_is_shared_alone(self, database: Database, ann: str, bob: str) -> None:
        mine = shelve(database, ann, LEAVE)
        shared = shelve(database, bob, LEAVE, shared=True)
        private = shelve(database, bob, LEAVE)
        assert set(found(database, "leave", Scope(ann))) == {mine, shared}
        assert set(found(database, "leave", Scope(bob))) == {shared, private}

    def test_naming_a_document_does_not_open_it(
        self, database: Database, ann: str, bob: str
    ) -> None:
        mine = shelve(database, ann, LEAVE)
        shelve(database, ann, LEAVE)
        private = shelve(database, bob, LEAVE)
        chosen = Scope(ann, document_ids=(mine, private, "x", "'"))
        assert found(database, "leave", chosen) == [mine]
        assert found(database, "leave", Scope(ann, document_ids=())) == []

    def test_samples_are_found_where_they_are_asked_for(self, database: Database, ann: str) -> None:
        sample = shelve(database, None, LEAVE)
        mine = shelve(database, ann, LEAVE)
        shared = shelve(database, ann, LEAVE, shared=True)
        assert set(found(database, "leave", Scope(ann))) == {mine, shared}
        assert set(found(database, "leave", Scope(ann, samples=True))) == {mine, shared, sample}
        assert found(database, "leave", Scope(None, samples=True)) == [sample]
        assert found(database, "leave", Scope(None)) == []

    @pytest.mark.parametrize("state", ["queued", "indexing", "failed"])
    def test_nothing_is_found_that_is_not_ready(
        self, database: Database, ann: str, state: str
    ) -> None:
        shelve(database, ann, LEAVE, state=state)
        assert found(database, "leave", Scope(ann)) == []


class TestIndex:
    """What is kept of a document."""

    def test_what_is_read_anew_takes_the_place_of_the_old(
        self, database: Database, ann: str
    ) -> None:
        id = shelve(database, ann, LEAVE, title="-")
        database.write(lambda connection: index.store(connection, id, read(TRAVEL)))
        assert found(database, "annual leave", Scope(ann)) == []
        assert found(database, "train", Scope(ann)) == [id]

    def test_a_document_without_words_is_kept(self, database: Database, ann: str) -> None:
        id = shelve(database, ann, "", title="Nothing", name="nothing.md")
        assert found(database, "nothing", Scope(ann)) == []
        database.write(lambda connection: index.store(connection, id, read(LEAVE)))
        assert found(database, "leave", Scope(ann)) == [id]

    def test_a_new_title_is_searched(self, database: Database, ann: str) -> None:
        id = shelve(database, ann, LEAVE, title="Old", name="x.md")
        renamed = update(Document).values(title="Sabbatical")

        def rename(connection: Connection) -> None:
            connection.execute(renamed)
            index.retitle(connection, id)

        database.write(rename)
        assert found(database, "sabbatical", Scope(ann)) == [id]
        assert found(database, "old", Scope(ann)) == []

    @pytest.mark.parametrize(
        "forget",
        [
            lambda connection: connection.execute(delete(User)),
            lambda connection: connection.execute(delete(Document)),
            lambda connection: connection.execute(delete(Passage)),
        ],
        ids=["person", "document", "passages"],
    )
    def test_nothing_stays_of_what_is_deleted(
        self, database: Database, ann: str, forget: Callable[[Connection], object]
    ) -> None:
        shelve(database, ann, LEAVE)
        assert count_rows(database, Passage, PassageTerms) == [1, 1]
        database.write(forget)
        assert count_rows(database, Passage, PassageTerms) == [0, 0]
        assert Search(database).find("leave", Scope(ann), 5) == []
        assert database.read(lambda connection: _words_left(database, connection)) == 0

    def test_what_is_removed_is_found_no_more(self, database: Database, ann: str) -> None:
        id = shelve(database, ann, LEAVE)
        database.write(lambda connection: index.remove(connection, id))
        assert found(database, "leave", Scope(ann)) == []
        assert count_rows(database, Document, Passage) == [1, 0]

    def test_many_passages_are_stored_with_their_own_terms(
        self, database: Database, ann: str
    ) -> None:
        text = "".join(
            f"# Part {number}\n\nSubject{number}word. {'It is long. ' * 40}\n\n"
            for number in range(300)
        )
        shelve(database, ann, text)
        search = Search(database)
        for number in (0, 150, 299):
            hit = search.find(f"subject{number}word", Scope(ann), 1)[0]
            assert hit.heading == f"Part {number}"
            assert f"Subject{number}word" in hit.content


def _words_left(database: Database, connection: Connection) -> int:
    """Rows that the database's own index holds still."""
    if database.is_sqlite:
        return len(connection.execute(text("SELECT term FROM passage_search_terms")).all())
    return connection.scalar(text("SELECT count(passage_search) FROM passage_terms")) or 0


def test_what_was_counted_hides_nothing_that_is_new(database: Database, ann: str) -> None:
    search = Search(database)

    def find(question: str) -> list[str]:
        return [hit.document_id for hit in search.find(question, Scope(ann), 5)]

    leave = shelve(database, ann, LEAVE)
    assert find("trains") == []
    assert find("annual leave") == [leave]
    travel, again = shelve(database, ann, TRAVEL), shelve(database, ann, LEAVE)
    assert find("trains") == [travel]
    assert set(find("annual leave")[:2]) == {leave, again}
