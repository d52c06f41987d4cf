"""The tables."""

from chatapp.models.administration import AuditEntry, Invitation
from chatapp.models.assistant import Assistant
from chatapp.models.base import as_id, insert_or, make_id, now, table
from chatapp.models.call import CallRow
from chatapp.models.change import ChangeRow, record, record_document, record_ended_access
from chatapp.models.citation import Citation, cite
from chatapp.models.conversation import Conversation
from chatapp.models.counter import Counter
from chatapp.models.database import Database
from chatapp.models.document import Document, DocumentFile, DocumentText, Passage
from chatapp.models.embedding import Embedding
from chatapp.models.image import Image, ImageFile
from chatapp.models.imported import Imported
from chatapp.models.message import Message, Run, Segment, Send
from chatapp.models.response import ResponseRow
from chatapp.models.saved_prompt import SavedPrompt
from chatapp.models.search_index import IndexedLanguage, PassageTerms, is_in_models
from chatapp.models.share import Share
from chatapp.models.ticket import Ticket
from chatapp.models.token import Token
from chatapp.models.user import BrowserSession, Failure, LinkedIdentity, User

__all__ = [
    "Assistant",
    "AuditEntry",
    "BrowserSession",
    "CallRow",
    "ChangeRow",
    "Citation",
    "Conversation",
    "Counter",
    "Database",
    "Document",
    "DocumentFile",
    "DocumentText",
    "Embedding",
    "Failure",
    "Image",
    "ImageFile",
    "Imported",
    "IndexedLanguage",
    "Invitation",
    "LinkedIdentity",
    "Message",
    "Passage",
    "PassageTerms",
    "ResponseRow",
    "Run",
    "SavedPrompt",
    "Segment",
    "Send",
    "Share",
    "Ticket",
    "Token",
    "User",
    "as_id",
    "cite",
    "insert_or",
    "is_in_models",
    "make_id",
    "now",
    "record",
    "record_document",
    "record_ended_access",
    "table",
]
