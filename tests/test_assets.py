"""Static files at addresses that change with their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatapp.assets import Assets
from chatapp.config import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("css/tokens.css", "css/base.css", "css/layout.css", "css/components/b.css"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* {name} */")
    (tmp_path / "css/components/a.css").write_text("/* a */")
    (tmp_path / "js/lib").mkdir(parents=True)
    (tmp_path / "js/app.js").write_text("import './lib/x.js'")
    (tmp_path / "js/lib/x.js").write_text("export {}")
    return tmp_path


def test_another_content_is_another_address(folder: Path) -> None:
    before = Assets(folder).url("js/app.js")
    assert Assets(folder).url("js/app.js") == before
    (folder / "js/lib/x.js").write_text("export const x = 1")
    assert Assets(folder).url("js/app.js") != before


def test_another_name_is_another_address(folder: Path) -> None:
    before = Assets(folder).digest
    (folder / "js/lib/x.js").rename(folder / "js/lib/y.js")
    assert Assets(folder).digest != before


def test_relative_addresses_stay_in_the_edition(folder: Path) -> None:
    assets = Assets(folder)
    assert assets.url("js/lib/x.js") == assets.url("js/app.js").replace("app.js", "lib/x.js")


def test_a_missing_file_has_no_address(folder: Path) -> None:
    with pytest.raises(LookupError, match="there is no static file"):
        Assets(folder).url("js/none.js")


def test_sheets_come_in_the_order_of_the_cascade(folder: Path) -> None:
    assert Assets(folder).sheets == (
        "css/tokens.css",
        "css/base.css",
        "css/layout.css",
        "css/components/a.css",
        "css/components/b.css",
    )


def test_all_sheets_are_one(folder: Path) -> None:
    assets = Assets(folder)
    joined = assets.join_sheets().decode()
    assert joined.split("\n") == [(folder / name).read_text() for name in assets.sheets]
    assert assets.url("css/all.css").endswith("/css/all.css")


def test_no_sheet_names_another_file() -> None:
    """The address would be another one where all sheets are one."""
    assert b"url(" not in Assets(ROOT / "static").join_sheets()


def test_every_sheet_names_its_layer() -> None:
    folder = ROOT / "static"
    of_pages = [path.relative_to(folder).as_posix() for path in folder.glob("css/pages/*.css")]
    sheets = [*Assets(folder).sheets, *of_pages]
    assert len(sheets) == len(list(folder.rglob("*.css")))
    assert all("@layer " in (folder / sheet).read_text() for sheet in sheets)
