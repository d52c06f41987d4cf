"""What stands before what, among the passages that a database found."""

from __future__ import annotations

from itertools import count

from chatapp.knowledge.fulltext.base import Candidate, Term
from chatapp.knowledge.ranking import best_of_each, rank

LEAVE, TAKEN = Term(("leave",), 1.0, 2.0), Term(("taken",), 1.0, 2.0)

_ids = count()


def passage(document: str, content: str, heading: str = "") -> Candidate:
    return Candidate(next(_ids), document, "", heading, content)


def documents(candidates: list[Candidate], *terms: Term) -> list[str]:
    return [each.candidate.document_id for each in best_of_each(rank(candidates, terms))]


def test_a_heading_of_nothing_but_what_was_asked_stands_before_one_of_much_else() -> None:
    crowded = "leave hours pay travel training bicycles and all the rest"
    found = [passage("all", "leave is taken", crowded), passage("leave", "leave is taken", "leave")]
    assert documents(found, LEAVE, TAKEN) == ["leave", "all"]


def test_a_document_with_further_passages_stands_before_one_with_a_single_one() -> None:
    found = [passage("once", "leave"), passage("often", "leave"), passage("often", "leave")]
    assert documents(found, LEAVE) == ["often", "once"]


def test_many_poor_passages_do_not_make_up_for_a_good_one() -> None:
    poor = [passage("long", f"leave {'word ' * 400}") for _ in range(20)]
    assert documents([*poor, passage("good", "leave is taken")], LEAVE, TAKEN) == ["good", "long"]


def test_each_document_is_there_once_with_its_best_passage() -> None:
    poor, good = passage("a", "leave and other words"), passage("a", "leave taken leave taken")
    (best,) = best_of_each(rank([poor, good], [LEAVE, TAKEN]))
    assert best.candidate is good


def test_the_score_is_what_the_passage_covers_wherever_it_stands() -> None:
    found = [passage("body", "leave"), passage("head", "other", "leave")]
    assert [each.score for each in rank(found, [LEAVE, TAKEN])] == [0.5, 0.5]
