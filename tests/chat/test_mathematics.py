"""Formulas: what is one, how it is set, and that nothing else ever becomes of it."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from chatapp.chat.markdown import to_html
from chatapp.chat.markdown_math import MOST
from chatapp.chat.mathematics import LONGEST, to_mathml


def formulas(html: str) -> list[str]:
    """The sources of what was set."""
    return re.findall(r'<annotation encoding="application/x-tex">([^<]*)</annotation>', html)


def shown(tex: str, *, display: bool = False) -> str:
    """The MathML of a formula without its source."""
    mathml = to_mathml(tex, display=display)
    assert mathml, tex
    return mathml.partition("<semantics>")[2].partition("<annotation")[0]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("So $E=mc^2$ holds.", ["E=mc^2"]),
        ("($x$), $y$; *$z$* **$w$**", ["x", "y", "z", "w"]),
        (r"With \(a_1\) and \(b_1\).", ["a_1", "b_1"]),
        ("In a line $$x^2$$ of words", ["x^2"]),
        (r"In a line \[x^2\] of words", ["x^2"]),
        ("$$\nx^2\n$$", ["x^2"]),
        ("$$x^2\n= 4$$", ["x^2\n= 4"]),
        ("Therefore\n$$\n- x\n= y\n$$\nand", ["- x\n= y"]),
        ("\\[\n# x\n\\]", ["# x"]),
        ("- a\n\n  $$\n  x\n  $$\n- $y$", ["x", "y"]),
        ("> $$\n> x\n> $$", ["x"]),
        ("| a |\n|---|\n| $x_1$ |", ["x_1"]),
        ("# On $x$", ["x"]),
        ("[$x$](https://x.example)", ["x"]),
        (r"$a\$b$", [r"a\$b"]),
        ("$-5$ and $5$ and $5x + 3$", ["-5", "5", "5x + 3"]),
    ],
)
def test_a_formula_is_found(text: str, sources: list[str]) -> None:
    assert formulas(to_html(text)) == sources


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "From US$5 to CA$6, or 5$ to 10$.",
        "Between $5, or 10$ a month.",
        "Between $20,000 and $30,000",
        "It is $50+/mo, or ~600$/yr, or (of $5 (US dollars) and 6$).",
        "**$5** and **$10**, $5-$10, $1,000–$2,000, $5/month and $6/month",
        "Set $HOME and $PATH, or $a/$b.",
        r"Escaped \$5 and \$6",
        "`$x$` and ``$y$``",
        "```sh\necho $x $y\n```",
        "    $x$",
        "$ x$ and $x $",
        "$x$1 and a$x$",
        "$$\nnever closed\n\n$x",
        r"\[link\] and \[1\]",
        "$$$$ and $$ $$ and $`x`$",
        "\\(a\n\nb\\)",
    ],
)
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert "<math" not in to_html(text)
    assert 'class="math"' not in to_html(text)


def test_words_around_a_formula_of_its_own_lines_stay() -> None:
    html = to_html("Therefore\n$$\nx\n$$\nand")
    assert html.startswith('<p>Therefore</p>\n<p class="formula"><math display="block">')
    assert html.endswith("</math></p>\n<p>and</p>\n")


def test_fractions_roots_and_limits_are_set() -> None:
    assert shown(r"\frac{1}{\sqrt{x}}") == (
        "<mrow><mfrac><mrow><mn>1</mn></mrow><mrow><msqrt><mrow><mi>x</mi></mrow></msqrt></mrow>"
        "</mfrac></mrow>"
    )
    assert "<munder><mo>lim</mo>" in shown(r"\lim_{n\to\infty} a_n", display=True)
    assert "<msub><mo>lim</mo>" in shown(r"\lim_{n\to\infty} a_n")
    assert "<mo>±</mo>" in shown(r"a \pm b")
    assert "<mi>∞</mi>" in shown(r"\infty")
    assert "<munder><mo>lim\u2006sup</mo>" in shown(r"\limsup_n a_n", display=True)
    assert "<mo>≠</mo><mo>∉</mo>" in shown(r"\not= \not\in")


def test_letters_are_of_the_alphabet_that_was_asked_for() -> None:
    assert "<mi>𝐱</mi>" in shown(r"\mathbf{x}")
    assert "<mi>𝜮</mi><mn>𝟏</mn>" in shown(r"\boldsymbol{\Sigma 1}")
    assert "<mi>ℱ</mi>" in shown(r"\mathscr{F}")
    assert '<mtext class="bold">50% a</mtext>' in shown(r"\textbf{50\% a}").replace("\xa0", " ")
    assert ">{</mo>" in shown(r"\bigl\{")
    assert "<mi>&amp;</mi>" in shown(r"\&")


def test_a_table_keeps_its_lines() -> None:
    table = shown(r"\begin{array}{c|c}a&b\\ \hline c&d\end{array}")
    assert re.findall(r'<mtd(?: class="([a-z ]+)")?>', table) == [
        "ruled underlined",
        "underlined",
        "ruled",
        "",
    ]


def test_the_number_of_an_equation_stands_behind_it() -> None:
    assert re.search(r"<mi>y</mi>.*<mtext>1</mtext>", shown(r"x = y \tag{1}"))


@pytest.mark.parametrize("name", ["align", "align*", "aligned", "split"])
def test_equations_are_aligned(name: str) -> None:
    table = shown(rf"\begin{{{name}}}a&=b\nonumber\\c&=d\nonumber\end{{{name}}}", display=True)
    assert table.count("<mtr>") == 2
    assert table.count('<mtd class="right">') == 2
    assert table.count('<mtd class="left">') == 2


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{equation}a=b\label{eq:1}\end{equation}",
        r"\begin{gather}a\\b\end{gather}",
        r"\begin{dcases}1 & x>0\\0\end{dcases}",
        r"\begin{pmatrix}1&2\\3&4\end{pmatrix}",
        r"\operatorname*{argmax}_x \arg x",
        r"\boxed{x}",
        r"\text{if } x \in \{1, 2\}",
        r"\begin{pmatrix}a&b\\c&d\end{pmatrix}^{-1}",
        r"\left[\begin{array}{cc|c}1&2&3\\ \hline 4&5&6\end{array}\right]",
        r"50\% \text{ of } \$5",
        r"\substack{a\\b}",
    ],
)
def test_what_models_write_is_set(tex: str) -> None:
    assert shown(tex, display=True)


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1}",
        r"\nonsuch{x}",
        "x^{a}^{b}",
        r"\left(",
        r"\begin{align}",
        "a & b",
        r"\newcommand{\a}{\b\b}\a",
        r"\def\a{\a\a}\a",
        r"\unicode{x3c}",
        "{" * 900 + "x" + "}" * 900,
        r"\sqrt{" * 100 + "x" + "}" * 100,
        "x" * (LONGEST + 1),
    ],
)
def test_what_cannot_be_set_is_shown_as_it_is_written(tex: str) -> None:
    assert to_mathml(tex, display=False) is None
    code = to_html(f"a ${tex}$")
    assert "<math" not in code
    assert "<code" in code or len(tex) > LONGEST


def test_neither_colours_nor_lengths_leave_the_page() -> None:
    html = shown(r"\hspace{99999em}\hspace{2em}\color{red}x\href{https://x.example}{y}")
    assert html.count("width") == 1
    assert "red" not in html
    assert "example" not in html


def test_no_answer_is_all_formulas() -> None:
    html = to_html("$x$ " * 5000)
    assert 100 < len(formulas(html)) <= MOST / 20
    assert '<code class="math">x</code>' in html


def test_nothing_is_loaded_for_words_alone() -> None:
    check = (
        "import sys; from chatapp.chat.markdown import to_html; to_html('# It *costs* $5');"
        "print('latex2mathml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
