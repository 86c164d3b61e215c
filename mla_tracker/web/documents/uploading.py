"""A form with a file, read from the connection straight into the store: never whole in memory, never plain on disk.

The usual parsing would write the file to a temporary folder and count its bytes before anybody asked who sends it. So
these views are left out of the automatic check against forgery (`checks_its_token`) and call `uploaded` after their
guard: it reads the form with a stream of the vault in the place of the file, and then checks the same token.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final, TypeVar, cast

from flask import request
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import parse_form_data
from wtforms.validators import ValidationError

from mla_tracker.core.errors import DomainError
from mla_tracker.documents.store import StoreAway
from mla_tracker.documents.vault import Incoming, Receipt, TooLarge, Vault
from mla_tracker.web.extensions import csrf

View = TypeVar("View", bound=Callable[..., Any])

_ROOM_FOR_FIELDS: Final = 1024 * 1024
_LARGEST_FIELDS: Final = 256 * 1024
_MOST_PARTS: Final = 50


@dataclass
class Sent:
    """The fields of the form, and either the file in the store or why it was not taken; neither: none was chosen.

    Whoever gives the file to a document says `named = True`; otherwise it is taken away again.
    """

    fields: MultiDict[str, str]
    receipt: Receipt | None
    refusal: DomainError | None
    named: bool = False

    @property
    def status(self) -> int:
        """The status of the page that shows the form again."""
        if isinstance(self.refusal, StoreAway):
            return 503
        return 413 if isinstance(self.refusal, TooLarge) else 422


def checks_its_token(view: View) -> View:
    """The view calls `uploaded`, which checks the token: nobody may read the form before."""
    csrf.exempt(view)
    return view


@contextmanager
def uploaded(vault: Vault) -> Iterator[Sent]:
    """The form of this POST. Raises 413 before reading where the sender announces too much, 400 without a token."""
    if (request.content_length or 0) > vault.limits.file + _ROOM_FOR_FIELDS:
        raise RequestEntityTooLarge
    incoming: list[Incoming] = []

    def stream(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, content_length
        if not filename:
            return io.BytesIO()  # the field was left empty
        if incoming:
            raise BadRequest("one file at a time")
        incoming.append(vault.receive(filename))
        return cast("IO[bytes]", incoming[0])

    try:
        _stream, fields, _files = parse_form_data(
            request.environ,
            stream_factory=stream,
            max_form_memory_size=_LARGEST_FIELDS,
            max_content_length=vault.limits.file + _ROOM_FOR_FIELDS,
            max_form_parts=_MOST_PARTS,
            silent=False,
        )
        _check_token(fields)
        receipt, refusal = _kept(incoming)
    except ValueError as problem:
        raise BadRequest("not a form") from problem
    finally:
        for one in incoming:
            one.close()
    sent = Sent(fields, receipt, refusal)
    yield sent
    # After an accident nobody knows whether the row was written: the file stays, and the sweep decides.
    if receipt is not None and not sent.named:
        vault.store.remove(receipt.storage_name)


def _check_token(fields: MultiDict[str, str]) -> None:
    try:
        validate_csrf(fields.get("csrf_token"))
    except ValidationError as problem:
        raise CSRFError(str(problem)) from problem


def _kept(incoming: list[Incoming]) -> tuple[Receipt | None, DomainError | None]:
    if not incoming:
        return None, None
    try:
        return incoming[0].keep(), None
    except DomainError as problem:
        return None, problem


def show_refusal(form: Any, sent: Sent, missing: Any) -> None:
    """Beside the field of the file: why it was not taken, or that there is none."""
    if sent.refusal is not None:
        form.take(sent.refusal)
    elif sent.receipt is None:
        form.file.errors = [missing]
