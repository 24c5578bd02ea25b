"""The small forms before the page: plain HTML without a script, for whoever has not come in yet."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse

from modelyard.domain.errors import BodyTooLarge, ModelyardError, UnsupportedMedia
from modelyard.ui.theme.colours import variables

_THEME = Path(__file__).parent / "theme"
# A token, an address, a name and a password of 256 characters, each of them quoted.
_MOST_BYTES = 16_384
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Field:
    """What is asked for.

    Attributes:
        name: by which it is sent.
        label: that people read.
        kind: of the input, e.g. `password`.
        autocomplete: what a browser may fill in.
        hint: below it.
        is_needed: whether it may not be left empty.
    """

    name: str
    label: str
    kind: str = "text"
    autocomplete: str = "off"
    hint: str = ""
    is_needed: bool = True


@dataclass(frozen=True)
class Form:
    """A form on a page of its own.

    Attributes:
        title: its heading.
        lead: what it is for.
        action: path that it is sent to.
        button: what sends it.
        fields: that it asks for.
        links: to what else there is, by their words.
    """

    title: str
    lead: str
    action: str
    button: str
    fields: Sequence[Field]
    links: Mapping[str, str]

    def answer(
        self,
        *,
        given: Mapping[str, str],
        hidden: Mapping[str, str],
        error: ModelyardError | None = None,
        notice: str = "",
    ) -> HTMLResponse:
        """Return the page.

        Args:
            given: what was filled in before; passwords are never told again.
            hidden: what is sent as it is.
            error: that sending it came to.
            notice: that is told above it.
        """
        body = _template().substitute(
            style=_style(),
            title=escape(self.title),
            lead=escape(self.lead),
            mark=(_THEME / "icon.svg").read_text(encoding="utf-8"),
            message=_message(error, notice),
            action=escape(self.action),
            fields="\n".join([*map(_hidden, hidden.items()), *self._inputs(given)]),
            button=escape(self.button),
            links=_links(self.links),
        )
        status = 200 if error is None else error.status
        return HTMLResponse(body, status, {"content-security-policy": _policy()})

    def _inputs(self, given: Mapping[str, str]) -> Sequence[str]:
        return [_input(each, given.get(each.name, "")) for each in self.fields]


async def sent(request: Request) -> dict[str, str]:
    """Return what a form was sent with.

    Raises:
        UnsupportedMedia: if it is no form.
        BodyTooLarge: if it is longer than any of ours.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise UnsupportedMedia("A form was expected.", fix="Send the form that the page shows.")
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise BodyTooLarge("This is longer than a form.", fix="Fill in less.")
    fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


@cache
def _template() -> Template:
    return Template((_THEME / "entrance.html").read_text(encoding="utf-8"))


@cache
def _style() -> str:
    return variables() + (_THEME / "entrance.css").read_text(encoding="utf-8")


@cache
def _policy() -> str:
    """Return a policy that lets in the one style of the form, and no script."""
    sha256 = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{sha256}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def _message(error: ModelyardError | None, notice: str) -> str:
    if error is not None:
        return f'<p role="alert">{escape(str(error))}</p>'
    return f'<p role="status">{escape(notice)}</p>' if notice else ""


def _hidden(item: tuple[str, str]) -> str:
    name, value = item
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def _input(field: Field, value: str) -> str:
    shown = "" if field.kind == "password" else f' value="{escape(value)}"'
    hint = f"<small>{escape(field.hint)}</small>" if field.hint else ""
    return (
        f"<label><span>{escape(field.label)}</span>"
        f'<input name="{field.name}" type="{field.kind}" autocomplete="{field.autocomplete}"'
        f"{' required' * field.is_needed}{shown}>{hint}</label>"
    )


def _links(links: Mapping[str, str]) -> str:
    items = [f'<li><a href="{escape(to)}">{escape(words)}</a></li>' for words, to in links.items()]
    return f"<ul>{''.join(items)}</ul>" if items else ""
