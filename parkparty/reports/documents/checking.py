"""The process that reads an uploaded layout first: the .docx on standard input, on standard output what is in it.

That is JSON: ``faults``, each a word and what it is about, and the ``names`` that the layout wants to be filled in.
Only parts and fields that are known to do nothing are let through; a layout that has faults is never opened again.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from parkparty.core.files import confine

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 10
MOST_PARTS = 300
MOST_BYTES = 30 * 1024 * 1024
"""Of all parts together, unpacked: no report needs more."""

PARTS = re.compile(
    r"\[Content_Types\]\.xml|(_rels|customXml/_rels|word/_rels)/[\w.]*\.rels|docProps/(app|core|custom)\.xml"
    r"|docProps/thumbnail\.jpeg|customXml/item(Props)?\d+\.xml|word/theme/theme\d+\.xml|word/media/[\w]+\.(png|jpe?g)"
    r"|word/(document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes)\.xml"
    r"|word/(header|footer)\d*\.xml"
)
FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "TOC", "STYLEREF", "PAGEREF")
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
BODY = "正文"
PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
CODE = re.compile(r"\{%|%\}|\{#|#\}|\$\{|<%")

NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Refused(Exception):
    """The layout is not read any further: a word for why, and what it is about."""


def main() -> None:
    """Answer for one file."""
    confine(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    answer: dict[str, Any] = {"faults": [], "names": []}
    try:
        answer["names"] = _names(sys.stdin.buffer.read())
    except Refused as fault:
        answer["faults"] = [list(fault.args)]
    except Exception:  # noqa: BLE001  a damaged archive leads to all kinds
        answer["faults"] = [["damaged", ""]]
    sys.stdout.write(json.dumps(answer))


def pieces_of(paragraph: Any) -> list[Any]:
    """The elements that hold the text of a paragraph, those of text boxes inside it left out."""
    line = f"{NAMESPACE}p"
    return [piece for piece in paragraph.iter(f"{NAMESPACE}t") if next(piece.iterancestors(line), None) is paragraph]


def text_of(paragraph: Any) -> str:
    """All text of a paragraph, however it is cut into runs."""
    return "".join(piece.text or "" for piece in pieces_of(paragraph))


def is_body(node: Any) -> bool:
    """Whether ``node`` is the paragraph where the report itself goes."""
    found = PLACE.fullmatch(text_of(node).strip()) if node.tag == f"{NAMESPACE}p" else None
    return found is not None and found[1] == BODY


def _names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_BYTES:
            raise Refused("too_large", "")
        for member in members:
            if not PARTS.fullmatch(member.filename) and not member.is_dir():
                raise Refused("part", member.filename[:80])
        parts = {member.filename: archive.read(member) for member in members if not member.is_dir()}
    trees = {name: _parsed(name, content) for name, content in parts.items() if name.endswith((".xml", ".rels"))}
    if not any(node.get("ContentType") == MAIN for node in trees["[Content_Types].xml"]):
        raise Refused("part", "[Content_Types].xml")
    for name, tree in trees.items():
        _check_links(name, tree)
        _check_fields(tree)
    names = [name for tree in trees.values() for name in _names_in(tree)]
    body = trees["word/document.xml"].find(f"{NAMESPACE}body")
    if sum(map(is_body, body)) != 1 or names.count(BODY) != 1:
        raise Refused("body", "")
    return names


def _parsed(name: str, content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(content, parser)
    if tree.getroottree().docinfo.doctype or tree.xpath("//processing-instruction()"):
        raise Refused("part", name)
    return tree


def _check_links(name: str, tree: Any) -> None:
    """Nothing is fetched from elsewhere when the file is opened, or when somebody clicks."""
    for node in tree.iter():
        if name.endswith(".rels") and node.get("TargetMode", "").lower() == "external":
            raise Refused("link", node.get("Target", "")[:80])
        if etree.QName(node).localname in ("altChunk", "subDoc", "OLEObject", "object", "control", "attachedTemplate"):
            raise Refused("part", etree.QName(node).localname)


def _check_fields(tree: Any) -> None:
    """Only fields that number and find pages; a field's code may be cut into several runs, and fields be nested."""
    codes = [node.get(f"{NAMESPACE}instr", "") for node in tree.iter(f"{NAMESPACE}fldSimple")]
    open_: list[str] = []
    for node in tree.iter(f"{NAMESPACE}fldChar", f"{NAMESPACE}instrText"):
        kind = node.get(f"{NAMESPACE}fldCharType")
        if kind == "begin":
            open_.append("")
        elif kind == "end" and open_:
            codes.append(open_.pop())
        elif node.tag == f"{NAMESPACE}instrText":
            codes += [] if open_ else [node.text or ""]
            open_[-1:] = [open_[-1] + (node.text or "")] if open_ else []
    for code in [*codes, *open_]:
        if code.split(maxsplit=1)[:1] not in [[field] for field in FIELDS]:
            raise Refused("field", code.strip()[:80])


def _names_in(tree: Any) -> Iterator[str]:
    for paragraph in tree.iter(f"{NAMESPACE}p"):
        text = text_of(paragraph)
        if CODE.search(text) or "{{" in PLACE.sub("", text):
            raise Refused("code", text.strip()[:80])
        yield from PLACE.findall(text)


if __name__ == "__main__":
    main()
