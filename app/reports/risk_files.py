"""The list of zones as files: CSV, XLSX and a page for A4 paper, all from one ``Sheet``."""

from __future__ import annotations

import csv
import io
from html import escape

import xlsxwriter

from app.reports.risk_page import PAGE, STYLE
from app.risk.sheet import Sheet
from layers.grading.grade import NO_DATA, WORDS, grade_legend
from layers.model import Text
from layers.zone import COUNTS

HEAD = (
    "编号",
    "名称",
    "所属",
    "风险等级",
    *(title.zh for _, _, title in COUNTS),
    "因为",
    "最近评定",
    "人工核定",
)


def cells(sheet: Sheet) -> list[list[str | int]]:
    """Return the rows as they stand in every file, without the heading."""
    return [
        [
            row["code"],
            row["name"],
            row["city"] or "",
            row["word"]["zh"],
            *(row[name] for name, _, _ in COUNTS),
            row["because"] or "",
            row["graded_on"].isoformat() if row["graded_on"] else "",
            f"{row['override_person']} 至 {row['override_until']}：{row['override_reason']}"
            if row["overridden"]
            else "",
        ]
        for row in sheet.rows
    ]


def notes(sheet: Sheet) -> list[str]:
    """Return what goes with the figures: where they come from, the rule, and what is not confirmed."""
    source = sheet.version.as_source()
    said = [
        f"{sheet.layer.title.zh} · 版本 {sheet.version.version} · 数据日期 {source['date'] or '—'}"
        f" · 载入 {source['loaded_at'][:10]}",
        "规则：分区取最差成员（就高），不插值；无数据不是低风险。",
    ]
    if sheet.unconfirmed:
        said.append(f"阈值未经主管部门确认：{'、'.join(sheet.unconfirmed)}")
    if source["generated"]:
        said.append("演示数据，由程序生成，不可用于决策。")
    return said


def as_csv(sheet: Sheet) -> bytes:
    """Return UTF-8 with signature, as spreadsheets open it; the notes stand below the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows([[_harmless(cell) for cell in row] for row in cells(sheet)])
    writer.writerow(_sums(sheet))
    writer.writerows([["#", note] for note in notes(sheet)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """Return a workbook: the list with the colour and the word of each grade, sums and notes below."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("分区")
    bold = book.add_format({"bold": True, "bottom": 1})
    tone = {
        c.label.zh: book.add_format({"bg_color": c.colour, "font_color": ink_on(c.colour)})
        for c in grade_legend().classes
    }
    page.write_row(0, 0, HEAD, bold)
    at = 0
    for at, row in enumerate(cells(sheet), start=1):
        page.write_row(at, 0, row)
        page.write(at, 3, row[3], tone[str(row[3])])
    page.write_row(at + 1, 0, _sums(sheet), bold)
    for offset, note in enumerate(notes(sheet), start=3):
        page.write(at + offset, 0, note)
    page.freeze_panes(1, 2)
    page.set_column(0, 2, 14)
    page.set_column(len(HEAD) - 3, len(HEAD) - 3, 60)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    book.close()
    return out.getvalue()


def as_page(sheet: Sheet) -> str:
    """Return a page that prints on A4, without scripts or anything from elsewhere: colour, hatch and word together."""
    head = "".join(f"<th>{escape(name)}</th>" for name in HEAD)
    body = "".join(
        "<tr>" + "".join(_cell(n, cell, row["grade"]) for n, cell in enumerate(line)) + "</tr>"
        for line, row in zip(cells(sheet), sheet.rows, strict=True)
    )
    sums = "".join(f"<td class=n>{escape(str(cell))}</td>" for cell in _sums(sheet))
    words: dict[int | None, Text] = {None: NO_DATA, **{int(g): t for g, t in WORDS.items()}}
    legend = " ".join(f"<span class='g g{g or 0}'>{words[g].zh}</span> {n}" for g, n in sheet.classes.items())
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes(sheet))
    title = escape(sheet.layer.title.zh)
    return PAGE.substitute(
        title=title, style=STYLE, legend=legend, head=head, body=body, sums=sums, foot=foot
    )


def ink_on(colour: str) -> str:
    """Return black or white, whichever stands out more on a tone (WCAG 2 contrast)."""
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#FFFFFF" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


def _sums(sheet: Sheet) -> list[str | int]:
    return ["", f"合计 {len(sheet.rows)}", "", "", *sheet.members.values(), "", "", ""]


def _harmless(cell: str | int) -> str | int:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _cell(column: int, cell: str | int, grade: int | None) -> str:
    if column == 3:
        return f"<td><span class='g g{grade or 0}'>{escape(str(cell))}</span></td>"
    return f"<td{' class=n' if isinstance(cell, int) else ''}>{escape(str(cell))}</td>"
