"""The native API: documents, and the search for passages in them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from chatapp.knowledge import adding, documents
from chatapp.knowledge.adding import Added, Upload
from chatapp.knowledge.search import Hit, Scope
from chatapp.models.paging import Page
from chatapp.views import guard, limits, services, uploads
from chatapp.views.bodies import DocumentBody, DocumentChangeBody, read
from chatapp.views.operations import Files, operation
from chatapp.views.queries import DocumentsQuery, PassagesQuery, read_query
from chatapp.views.replies import AddedDocuments, Document, Documents, FoundPassages
from chatapp.views.shapes import document_json, listing, reply

bp = Blueprint("documents_api", __name__, url_prefix="/api")
bp.before_request(uploads.limit)
bp.before_request(guard.require_whole_scope)


@bp.before_request
def look_after_documents() -> None:
    """Takes up what a process left behind, also where none looks by itself."""
    services().ingest.wake()


@bp.get("/documents")
@operation({200: Documents}, query=DocumentsQuery, access="whole")
def list_documents() -> Response:
    """The person's documents and those that are shared, the newest first."""
    asked = read_query(DocumentsQuery)
    page = documents.listed(services().database, guard.patron(), **dict(asked))
    return listing(page, document_json)


@bp.post("/documents")
@operation(
    {202: AddedDocuments, 200: AddedDocuments},
    body=Files(uploads.FilesForm, DocumentBody),
    access="whole",
    refusals=(429,),
)
def add_documents() -> Response:
    """Adds files, or a text; 200 where all of them were known. They are read in the background."""
    patron = guard.patron()
    sent, several = uploads.texts_and_files()
    limits.count("upload")
    added = add_all(patron, sent)
    status = 202 if any(each.new for each in added) else 200
    database = services().database
    found = [document_json(documents.find(database, patron, each.id)) for each in added]
    return reply({"items": found, "next": None} if several else found[0], status)


def add_all(patron: documents.Patron, sent: list[Upload]) -> list[Added]:
    """Keeps what was sent, and lets it be read. Raises what `adding.add_all` raises."""
    added = adding.add_all(services().database, patron, sent)
    services().ingest.wake()
    return added


@bp.get("/documents/<id>")
@operation({200: Document}, access="whole")
def read_document(id: str) -> Response:
    """One document."""
    return reply(document_json(documents.find(services().database, guard.patron(), id)))


@bp.patch("/documents/<id>")
@operation({200: Document}, body=DocumentChangeBody, access="whole")
def change_document(id: str) -> Response:
    """Gives it another title, shares it with everybody or takes it back."""
    database, patron = services().database, guard.patron()
    before = document_json(documents.find(database, patron, id))
    changes = read(DocumentChangeBody, longest=services().settings.max_message_chars).changes
    documents.change(database, patron, id, changes)
    return reply(before | changes)


@bp.delete("/documents/<id>")
@operation({204: None}, access="whole")
def delete_document(id: str) -> Response:
    """Deletes it; what answers quoted from it stays with them."""
    documents.remove(services().database, guard.patron(), id)
    return Response(status=204)


@bp.get("/passages")
@operation({200: FoundPassages}, query=PassagesQuery, access="whole")
def find_passages() -> Response:
    """The best passage of each document that has something to say to the query.

    The library about chatapp is searched where nothing else is found.
    """
    asked = read_query(PassagesQuery)
    hits = find(guard.patron(), asked.query, asked.limit)
    return listing(Page(hits, None), _passage_json)


def find(patron: documents.Patron, query: str, limit: int) -> list[Hit]:
    """Passages in what somebody may read, and where there are none, in the library."""
    search = services().search
    own = search.find(query, Scope(patron.id), limit)
    return own or search.find(query, Scope(None, samples=True), limit)


def _passage_json(hit: Hit) -> dict[str, Any]:
    names = ("document_id", "document_name", "title", "content", "score")
    return {name: getattr(hit, name) for name in names}
