"""CSV and JSON as Markdown."""

from __future__ import annotations

import pytest

from tests.knowledge.formats.reading import extract, refusal, text


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_whatever_separates_the_cells_is_found(mark: str) -> None:
    rows = ["name,price,stock", "Pen,3,10", "Ink,5,20"]
    read = text("a.csv", "\n".join(rows).replace(",", mark))
    assert read == (
        "## Rows 1–2\n\n| name | price | stock |\n| --- | --- | --- |\n"
        "| Pen | 3 | 10 |\n| Ink | 5 | 20 |"
    )


def test_cells_may_hold_lines_and_bars() -> None:
    assert "| a b\\|c | 1 |" in text("a.csv", 'x,y\n"a\nb|c",1\n')


def test_every_piece_of_a_long_table_has_the_header() -> None:
    rows = "".join(f"{n},{'word ' * 10}\n" for n in range(100))
    read = text("a.csv", f"id,notes\n{rows}")
    pieces = read.split("## Rows ")[1:]
    assert len(pieces) > 3
    assert all("\n\n| id | notes |\n| --- | --- |\n| " in piece for piece in pieces)
    assert read.count("| word") == 100


def test_a_row_that_is_too_long_for_a_table_is_a_list_of_its_columns() -> None:
    read = text("a.csv", f"id,notes,more\n1,{'word ' * 400},\n")
    assert read.startswith("## Row 1\n\n- id: 1\n- notes: word word")
    assert "more" not in read


def test_a_table_of_one_row_is_that_row() -> None:
    assert text("a.csv", "a,b\n") == "| a | b |\n| --- | --- |"


def test_a_table_with_too_many_columns_is_refused() -> None:
    wide = ",".join(f"c{n}" for n in range(100_000))
    assert "100,000 columns" in refusal("a.csv", f"{wide}\n{wide}\n")


def test_values_stand_beside_their_keys_below_what_holds_them() -> None:
    read = extract(
        "a.json",
        '{"title": "Rates", "valid": true, "plans": ['
        '{"name": "Basic", "price": 3, "for": ["one", "two"]}, {"price": null}]}',
    )
    assert read.title == "Rates"
    assert read.text == (
        "# Rates\n\n- title: Rates\n- valid: true\n\n## plans\n\n"
        "### Basic\n\n- name: Basic\n- price: 3\n- for: one, two\n\n### 2\n\n- price: null"
    )


def test_what_lies_deep_has_the_way_to_it() -> None:
    read = text("a.json", '{"a": {"b": {"c": {"d": {"e": {"f": 1}, "g": [{"h": 2}]}}}}}')
    assert read.endswith("#### d\n\n- e › f: 1\n- g › 1 › h: 2") or "e › f: 1" in read


def test_long_values_are_paragraphs() -> None:
    read = text("a.json", '{"body": "First line.\\n# Second."}')
    assert read.strip() == "body:\n\nFirst line.\n\\# Second."


def test_each_line_of_a_file_of_lines_is_a_value() -> None:
    read = text("a.jsonl", '{"name": "A", "n": 1}\n\n{"name": "B", "n": 2}\n')
    assert "## A\n\n- name: A\n- n: 1" in read
    assert "## B" in read


def test_lone_surrogates_are_dropped() -> None:
    assert text("a.json", '{"a": "x\\ud800y"}') == "- a: xy"
