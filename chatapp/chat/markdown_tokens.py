"""What our Markdown adds to CommonMark: no images, aligned cells, task lists, cited sources."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from chatapp.chat import citing

_BOX = re.compile(r"\[([ xX])\](?=\s)")


def adapt(state: StateCore) -> None:
    """A rule for the parser: changes the tokens in one pass, before they are rendered."""
    lists: list[Token] = []
    citable = state.env.get(citing.CITABLE, ())
    for index, token in enumerate(state.tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(token)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "th_open" | "td_open":
                _align(token)
            case "inline":
                before = state.tokens[max(index - 2, 0)]
                if before.type == "list_item_open" and _put_checkbox(token):
                    before.attrs["class"] = "task-list-item"
                    lists[-1].attrs["class"] = "contains-task-list"
                token.children = list(_without_images(token.children or ()))
                if citable:
                    token.children = list(_with_citations(token.children, citable))


def _align(cell: Token) -> None:
    """The pages allow no styles but their own."""
    style = str(cell.attrs.pop("style", ""))
    if style:
        cell.attrs["align"] = style.removeprefix("text-align:")


def _put_checkbox(inline: Token) -> bool:
    """Makes a checkbox of the `[ ]` that a task begins with; False where there is none."""
    children = inline.children or []
    box = _BOX.match(children[0].content) if children and children[0].type == "text" else None
    if box is None:
        return False
    children[0].content = children[0].content[box.end() :]
    checked = "" if box[1] == " " else " checked"
    html = f'<input type="checkbox" disabled{checked}>'
    children.insert(0, Token("html_inline", "", 0, content=html))
    return True


def _without_images(tokens: Iterable[Token]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        if token.tag == "a":
            links += token.nesting
        if token.type == "image":
            yield from _in_place_of(token, linked=links > 0)
        else:
            yield token


def _with_citations(tokens: Iterable[Token], citable: Container[int]) -> Iterator[Token]:
    links = 0
    for token in tokens:
        if token.tag == "a":
            links += token.nesting
        if token.type == "text" and not links:
            for words, numbers in citing.split(token.content, citable):
                yield Token("text", "", 0, content=words)
                yield Token("html_inline", "", 0, content=citing.mark(numbers))
        else:
            yield token


def _in_place_of(image: Token, *, linked: bool) -> Iterable[Token]:
    """A link to the image, or its words alone inside another link."""
    address = str(image.attrs["src"])
    words = "".join(child.content for child in image.children or ()) or address
    text = Token("text", "", 0, content=words)
    if linked:
        return (text,)
    return (Token("link_open", "a", 1, attrs={"href": address}), text, Token("link_close", "a", -1))
