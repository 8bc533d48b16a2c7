"""What a browser would send when a page's form is submitted as it came."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class FormReader(HTMLParser):
    """Collects the names and values of the controls of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and given.get("type") not in {"submit", "checkbox", "radio", "file"}:
            self.values.setdefault(name, []).append(given.get("value") or "")
        elif tag == "input" and "checked" in given:
            self.values.setdefault(name, []).append(given.get("value") or "on")
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given and self.select:
            self.values.setdefault(self.select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.textarea = name
            self.values.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea][-1] += data


def form_at(client: Client, address: str) -> dict[str, list[str]]:
    """The controls of the page at ``address`` with what they hold."""
    page = client.get(address)
    assert page.status_code == 200, address
    reader = FormReader()
    reader.feed(page.content.decode())
    reader.values.pop("csrfmiddlewaretoken", None)
    return {name: values for name, values in reader.values.items() if name and "__prefix__" not in name}


def submit(client: Client, page: str, /, **changes: Any) -> Any:
    """Fill the form at ``page`` in and send it; a double underscore stands for the dash of an inline row."""
    return client.post(page, form_at(client, page) | {name.replace("__", "-"): v for name, v in changes.items()})
