"""The report as a draft for an office: laid out by GB/T 9704-2012, without the red head and the seal that are not ours.

A4; margins 37, 26, 35, 28 mm; 22 lines of 28 characters of size 3; titles, headings and body in the fonts the standard
names, which Windows and WPS have (what a machine lacks, its office program replaces).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils import timezone
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from parkparty.core.text import clean
from parkparty.reports.documents.blocks import Grid, Heading, Imprint, Paragraph, blocks_of, warning
from parkparty.reports.sheets import Report

LINE = Pt(28.95)
"""225 mm hold 22 such lines."""

CLOSER = -5
"""Twentieths of a point between letters of 16 points: 28 of them fill 156 mm."""

BODY, TITLE, HEADING, SUBHEADING = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"
TEXT_WIDTH = 8844  # twentieths of a point: 156 mm
_NEVER = (1980, 1, 1, 0, 0, 0)


def write(report: Report, imprint: Imprint) -> bytes:
    """The report as .docx."""
    document = Document()
    _set_page(document)
    _set_styles(document)
    _write_cover(document, report)
    write_body(document, report)
    document.add_paragraph(imprint.text, style="Imprint")
    return packed(document, report, imprint)


def write_body(document: Any, report: Report) -> None:
    """Headings, sentences and tables at the end of ``document``."""
    for block in blocks_of(report):
        if isinstance(block, Heading):
            heading = document.add_paragraph(clean(block.text), style="Heading 1")
            heading.paragraph_format.page_break_before = block.is_appendix
        elif isinstance(block, Paragraph):
            document.add_paragraph(clean(block.text))
        else:
            _write_grid(document, block)


def packed(document: Any, report: Report, imprint: Imprint) -> bytes:
    """The file, the same to the byte whenever it is packed."""
    document.core_properties.title, document.core_properties.author = report.title, report.cover[0][1]
    for name in ("created", "modified"):
        setattr(document.core_properties, name, timezone.localtime(imprint.data_at).replace(tzinfo=None))
    return _same_each_time(document)


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(23)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)
    section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="579"/>'))
    document.settings.odd_and_even_pages_header_footer = True
    _number_pages(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _number_pages(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)


def _number_pages(footer: Any, side: Any) -> None:
    """— 1 — in size 4, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(14)
    paragraph._p.append(
        parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE \\* MERGEFORMAT "><w:r><w:t>1</w:t></w:r></w:fldSimple>')
    )
    dash = parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve">— </w:t></w:r>')
    paragraph._p.insert(paragraph._p.index(paragraph._p.find(qn("w:fldSimple"))), dash)
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve"> —</w:t></w:r>'))


def _set_styles(document: Any) -> None:
    styles = document.styles
    _set_style(styles["Normal"], BODY, 16)
    # A grid of characters is read differently by every office program; letters set closer are not.
    styles["Normal"].element.rPr.append(parse_xml(f'<w:spacing {nsdecls("w")} w:val="{CLOSER}"/>'))
    styles["Normal"].element.rPr.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN"/>'))
    styles["Normal"].paragraph_format.first_line_indent = Pt(31.5)
    styles["Normal"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    _set_style(styles["Title"], TITLE, 22)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    styles["Title"].paragraph_format.first_line_indent = Pt(0)
    _set_style(styles["Heading 1"], HEADING, 16)
    _set_style(styles["Heading 2"], SUBHEADING, 16)
    _set_style(styles["Footer"], "宋体", 14)
    styles["Footer"].paragraph_format.first_line_indent = Pt(0)
    imprint = styles.add_style("Imprint", 1)
    imprint.base_style = styles["Normal"]
    _set_style(imprint, BODY, 12)
    imprint.paragraph_format.first_line_indent = Pt(0)


def add_missing_styles(document: Any) -> None:
    """The styles that the body of a report needs, in a document that brings its own."""
    for name, face in (("Heading 1", HEADING), ("Heading 2", SUBHEADING)):
        if name not in document.styles:
            _set_style(document.styles.add_style(name, 1), face, 16)


def _set_style(style: Any, font: str, size: int) -> None:
    """One face for all scripts, black, upright, in lines of the grid."""
    style.font.size, style.font.bold, style.font.italic = Pt(size), False, False
    properties = style.element.get_or_add_rPr()
    for name in ("w:rFonts", "w:color"):
        old = properties.find(qn(name))
        if old is not None:
            properties.remove(old)
    faces = " ".join(f'w:{script}="{font}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    properties.insert(0, parse_xml(f"<w:rFonts {nsdecls('w')} {faces}/>"))
    borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:
        style.element.pPr.remove(borders)
    layout = style.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE


def _write_cover(document: Any, report: Report) -> None:
    """The title and what it is about, on a page of its own."""
    for _line in range(5):
        document.add_paragraph()
    document.add_paragraph(report.title, style="Title")
    for _line in range(3):
        document.add_paragraph()
    told = warning(report)
    for label, value in [*report.cover, *([("", told)] if told else [])]:
        document.add_paragraph(f"{label}：{value}" if label else value)
    document.add_page_break()


def _write_grid(document: Any, grid: Grid) -> None:
    """A table whose head is repeated on each page and whose rows are never torn."""
    document.add_paragraph(grid.title, style="Heading 2").paragraph_format.keep_with_next = True
    if grid.rows:
        document.element.body.insert(len(document.element.body) - 1, parse_xml(_table(grid)))
    for note in grid.notes:
        document.add_paragraph(note)


def _table(grid: Grid) -> str:
    """The table's own XML: a thousand rows cell by cell through the library take minutes."""
    total = sum(column.width for column in grid.columns)
    widths = [TEXT_WIDTH * column.width // total for column in grid.columns]
    cells = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    head = _row([column.title for column in grid.columns], ["center"] * len(widths), widths, is_head=True)
    sides = ["right" if column.is_number else "left" for column in grid.columns]
    rows = "".join(_row(row, sides, widths, is_head=False) for row in grid.rows)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{TEXT_WIDTH}" w:type="dxa"/>'
        f"<w:tblBorders>{borders}</w:tblBorders>"
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{cells}</w:tblGrid>{head}{rows}</w:tbl>'
    )


def _row(texts: Iterable[str], sides: list[str], widths: list[int], *, is_head: bool) -> str:
    repeated = "<w:tblHeader/>" if is_head else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="360" w:lineRule="exact"/><w:ind w:firstLine="0"/>'
        f'<w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{"<w:b/>" if is_head else ""}<w:sz w:val="24"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(clean(text), quote=False)}</w:t></w:r></w:p></w:tc>'
        for text, side, width in zip(texts, sides, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{cells}</w:tr>"


def _same_each_time(document: Any) -> bytes:
    """The file without the moment it was packed in."""
    packed, written = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zipfile.ZipInfo(name, _NEVER), source.read(name), zipfile.ZIP_DEFLATED)
    return written.getvalue()
