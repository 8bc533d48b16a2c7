"""An office's own layout of Word: filled in, chosen by the nearest unit, and never anything but data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from parkparty.accounts.models import User
from parkparty.core.dates import period_named
from parkparty.core.models import TreeNode
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.documents.layout import check
from parkparty.reports.models import Layout
from parkparty.reports.services import close_period, freeze_period, make_report, try_layout, upload_layout, use_layout
from tests.conftest import World, make_company
from tests.reports.conftest import file_of

Q3 = period_named("2026Q3")
SignIn = Callable[[User], Client]


def packed(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def layout_file(*lines: str, edit: Callable[[Any], None] | None = None) -> bytes:
    """A layout with a header, a line whose place is cut into runs, a table, and the place of the report."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "某区委组织部 {{ 单位 }}"
    cut = document.add_paragraph("共有企业{{compa")
    cut.add_run("nies}}家").bold = True
    document.add_table(1, 1).rows[0].cells[0].text = "{{报告期}}"
    for line in lines or ("{{正文}}",):
        document.add_paragraph(line)
    document.add_paragraph("落款")
    if edit:
        edit(document)
    return packed(document)


def with_part(name: str, content: bytes, *, replaced: tuple[bytes, bytes] | None = None) -> bytes:
    """The layout with one part more, or with ``replaced`` in the part that there is."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(layout_file())) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            text = source.read(member)
            target.writestr(member, text.replace(*replaced) if replaced and member == name else text)
        if not replaced:
            target.writestr(name, content)
    return out.getvalue()


def field(code: str) -> Callable[[Any], None]:
    """Adds a field whose code is cut into two runs."""
    runs = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
        *(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>' for piece in (code[:3], code[3:])),
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    )
    line = f"<w:p {nsdecls('w')}>{''.join(runs)}</w:p>"
    return lambda document: document.element.body.insert(0, parse_xml(line))


def linked(document: Any) -> None:
    document.part.relate_to("http://example.org/a.dotm", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, True)


EVIL = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>'
REFUSED = {
    "no docx": (b"%PDF-1.7", "不是能打开"),
    "empty": (b"", "不是能打开"),
    "macro": (with_part("word/vbaProject.bin", b"x"), "vbaProject"),
    "object": (with_part("word/embeddings/oleObject1.bin", b"x"), "oleObject1"),
    "climbing name": (with_part("../../etc/cron.d/x", b"x"), "cron"),
    "bomb": (with_part("word/media/bomb.png", b"\0" * 40_000_000), "太大"),
    "entities": (with_part("word/footnotes.xml", EVIL), "footnotes"),
    "other type": (
        with_part("[Content_Types].xml", b"", replaced=(b"document.main+xml", b"macroEnabled.main+xml")),
        "Content_Types",
    ),
    "template elsewhere": (layout_file(edit=linked), "example.org"),
    "include": (layout_file(edit=field('INCLUDETEXT "C:\\\\secret.txt"')), "INCLUDETEXT"),
    "dde": (layout_file(edit=field("DDEAUTO c:\\\\cmd.exe")), "DDEAUTO"),
    "jinja": (layout_file("{{正文}}", "{% for x in ().__class__ %}"), "不能填写的写法"),
    "expression": (layout_file("{{正文}}", "{{ 7*7 }}"), "7*7"),
    "attribute": (layout_file("{{正文}}", "{{ title.__class__ }}"), "title.__class__"),
    "half open": (layout_file("{{正文}}", "{{ 单位"), "不能填写的写法"),
    "no body": (layout_file("正文"), "有且只有一处"),
    "two bodies": (layout_file("{{正文}}", "{{正文}}"), "有且只有一处"),
    "body in a sentence": (layout_file("见{{正文}}"), "有且只有一处"),
    "large": (b"x" * (2 * 1024 * 1024 + 1), "2 MB"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_harmless_layout_is_refused(name: str) -> None:
    content, said = REFUSED[name]
    with pytest.raises(ValidationError, match=said):
        check(content)


def test_page_numbers_are_let_through() -> None:
    check(layout_file(edit=field(" PAGE \\* MERGEFORMAT ")))


def used(world: World, node: TreeNode, by: User, *, content: bytes = b"", kind: str = ReportKind.COVERAGE) -> Layout:
    """A layout in use, tried before."""
    layout = upload_layout(node, name=f"{node}模板", kind=ReportKind(kind), content=content or layout_file(), by=by)
    make_report(node, Q3, by=None, kind=ReportKind(kind))
    try_layout(layout, by=by)
    use_layout(layout, is_used=True, by=by)
    return layout


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    return "\n".join(paragraph.text for paragraph in document.paragraphs)


def test_places_are_filled_in_and_the_report_stands_between(world: World, administrator: User) -> None:
    make_company(1, world.kic, name="{{标题}} 公司")
    used(world, world.kic, administrator)
    version = make_report(world.kic, Q3, by=None)[0]
    content = file_of(version, FileFormat.DOCX)
    document, text = docx.Document(io.BytesIO(content)), text_of(content)
    assert document.sections[0].header.paragraphs[0].text == "某区委组织部 创智园"
    assert document.tables[0].rows[0].cells[0].text == "2026年第三季度"
    assert text.startswith("共有企业1家\n一、总体情况")
    assert text.endswith("落款")
    assert "正文}}" not in text
    names = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "{{标题}} 公司" in names
    for format in (FileFormat.PDF, FileFormat.XLSX):
        assert "落款" not in str(file_of(version, format))


def test_the_nearest_unit_decides_and_old_reports_stay_as_they_were(
    world: World, district_administrator: User, administrator: User, reviewer: User
) -> None:
    plain = make_report(world.kic, Q3, by=None)[0]
    before = file_of(plain, FileFormat.DOCX)
    above = used(world, world.yangpu, district_administrator)
    freeze_period(close_period(world.neighbour, Q3, with_gaps=True, by=reviewer), by=reviewer)
    frozen = make_report(world.neighbour, Q3, by=None)[0]
    frozen_bytes = file_of(frozen, FileFormat.DOCX)
    assert make_report(world.kic, Q3, by=None)[0].layout == above
    own = used(world, world.kic, administrator)
    assert make_report(world.kic, Q3, by=None)[0].layout == own
    assert make_report(world.tiandi, Q3, by=None)[0].layout is None
    use_layout(own, is_used=False, by=administrator)
    assert make_report(world.kic, Q3, by=None)[0].layout == above
    use_layout(above, is_used=False, by=district_administrator)
    assert make_report(world.kic, Q3, by=None)[0].layout is None
    assert file_of(plain, FileFormat.DOCX) == before
    again = make_report(world.neighbour, Q3, by=None)[0]
    assert (again, file_of(again, FileFormat.DOCX)) == (frozen, frozen_bytes)


def test_a_layout_is_tried_before_it_is_used(world: World, administrator: User) -> None:
    content = layout_file("{{正文}}", "{{no_such_number}}")
    layout = upload_layout(world.kic, name="新", kind=ReportKind.COVERAGE, content=content, by=administrator)
    with pytest.raises(ValidationError, match="先生成一份"):
        try_layout(layout, by=administrator)
    make_report(world.kic, Q3, by=None)
    with pytest.raises(ValidationError, match="no_such_number"):
        try_layout(layout, by=administrator)
    with pytest.raises(ValidationError, match="试生成"):
        use_layout(layout, is_used=True, by=administrator)


def test_the_administrator_does_it_all_on_one_page(
    world: World, administrator: User, district_administrator: User, reviewer: User, client_of: SignIn
) -> None:
    make_report(world.kic, Q3, by=None)
    client, address = client_of(administrator), reverse("reports:layouts")

    def sent(content: bytes) -> dict[str, Any]:
        file = SimpleUploadedFile("模板.docx", content)
        return {"place": "park:kic", "name": "园区模板", "kind": "coverage", "file": file}

    refused = client.post(address, sent(REFUSED["macro"][0])).content.decode()
    assert "vbaProject" in refused
    assert 'value="园区模板"' in refused
    client.post(address, sent(layout_file()))
    layout = Layout.objects.get()
    steps = [reverse(f"reports:layout_{step}", args=[layout.pk]) for step in ("try", "use", "retire")]
    tried = client.post(steps[0])
    assert "落款" in text_of(tried.content)
    client.post(steps[1])
    assert "使用中" in client.get(address).content.decode()
    client.post(steps[2])
    assert not Layout.objects.get().is_used
    assert {client_of(reviewer).post(step).status_code for step in steps} == {403}
    elsewhere = upload_layout(
        world.yangpu, name="区", kind=ReportKind.COVERAGE, content=layout_file(), by=district_administrator
    )
    assert client.post(reverse("reports:layout_try", args=[elsewhere.pk])).status_code == 404
