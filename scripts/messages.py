"""Lets Babel read Django templates, so that collecting messages needs no GNU gettext on the machine."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract_template(file: IO[bytes], keywords: Any, comment_tags: Any, options: dict[str, Any]) -> Iterator[Any]:
    """Yield the messages of one template (an extraction method of Babel, named in pyproject.toml)."""
    source = templatize(file.read().decode())
    # Django's stand-in text keeps the template's indentation, which means something in Python.
    lines = "\n".join(line.strip() for line in source.splitlines())
    yield from extract_python(BytesIO(lines.encode()), keywords, comment_tags, {"encoding": "utf-8"})
