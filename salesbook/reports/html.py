"""How does a report look in a browser? One file, light, for any screen and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import htpy as h
from markupsafe import Markup

from salesbook.reports import charts
from salesbook.reports.description import (
    Cell,
    Chart,
    Column,
    Fact,
    Meter,
    Remark,
    Report,
    Table,
    Tile,
    tone_of,
)

_STYLE: Final = f"""
*{{box-sizing:border-box}}
body{{margin:0;background:#fff;color:{charts.INK};font:15px/1.45 {charts.FONTS}}}
main{{max-width:1160px;margin:0 auto;padding:24px 20px 32px}}
header h1{{font-size:26px;line-height:1.2;margin:0}}
header p{{margin:4px 0 0;color:{charts.MUTED}}}
h2{{font-size:17px;margin:28px 0 8px;line-height:1.3}}
h2 small{{font-weight:400;font-size:13px;color:{charts.MUTED};margin-left:8px}}
h1,h2,h3,p,td,th,dd{{overflow-wrap:anywhere}}
.answer{{background:#F1F5F9;border-left:4px solid {charts.ACCENT};padding:10px 14px;margin:18px 0}}
.answer p{{margin:2px 0;font-size:16px}}
.tiles{{margin-top:18px;display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px}}
.tile{{border:1px solid #E2E6EB;border-top:3px solid {charts.GREY};padding:12px 14px}}
.tile.good{{border-top-color:#0B7A5E}}.tile.attention{{border-top-color:#C26A00}}
.tile.bad{{border-top-color:#B42335}}
.tile h3{{font-size:14px;margin:0 0 6px;font-weight:600}}
.lead{{display:flex;justify-content:space-between;gap:12px;flex-wrap:wrap}}
.lead b{{display:block;font-size:26px;line-height:1.15;font-weight:600}}
.lead span,dt{{font-size:12px;color:{charts.MUTED}}}
.tile svg{{display:block;width:100%;height:34px;margin:10px 0 8px}}
dl{{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:4px 12px;margin:0}}
dd{{margin:0}}
.good>i{{color:#0B7A5E}}.attention>i{{color:#A65B00}}.bad>i{{color:#B42335}}
i{{font-style:normal;font-weight:600}}
table{{border-collapse:collapse;width:100%;font-size:14px}}
th{{text-align:left;font-weight:600;color:{charts.MUTED};font-size:12px}}
td:not([class]),td.first{{min-width:76px}}
th,td{{padding:6px 14px 6px 0;border-bottom:1px solid #E2E6EB;vertical-align:top}}
.number{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
.bar{{display:block;padding:0 2px;
 background:linear-gradient({charts.LIGHT},{charts.LIGHT}) left/var(--w) 100% no-repeat}}
td.sign,th.sign{{width:22px;padding-right:6px}}
td svg{{display:block;width:84px;height:20px}}
.rest,footer{{color:{charts.MUTED};font-size:13px;margin:8px 0 0}}
footer{{margin-top:28px;border-top:1px solid #E2E6EB;padding-top:10px}}
.charts{{display:grid;gap:0 32px}}
figure{{margin:0}}figure svg{{display:block;width:100%;height:auto}}
.narrow{{display:none!important}}
.out{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}}
@media (min-width:761px){{.charts.two{{grid-template-columns:repeat(2,minmax(0,1fr))}}}}
@media (max-width:760px){{
 main{{padding:16px 14px 24px}}
 .tiles{{grid-template-columns:minmax(0,1fr)}}
 .wide{{display:none!important}}.narrow{{display:block!important}}
 figure .narrow{{max-width:420px}}
 thead{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
 table,tbody,tr,td{{display:block}}
 tr{{border-bottom:1px solid #E2E6EB;padding:8px 0}}
 td{{border:0;padding:1px 0;display:grid;grid-template-columns:104px minmax(0,1fr);gap:8px}}
 td::before{{content:attr(data-heading);color:{charts.MUTED};font-size:12px;padding-top:2px}}
 td.empty{{display:none}}
 td.sign{{float:left;display:block;padding:1px 8px 0 0}}
 td.first{{display:block;font-weight:600}}td.sign::before,td.first::before{{display:none}}
 .number{{text-align:left;white-space:normal}}
}}
@media print{{
 @page{{size:A4;margin:12mm}}
 body{{font-size:10pt}}main{{max-width:none;padding:0}}
 .tile,tr,figure,.answer{{break-inside:avoid}}h2{{break-after:avoid}}
 *{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
}}
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may do with the page: show it, and neither load nor run anything."""


def html_of(report: Report) -> bytes:
    """Make the page."""
    page = h.html(lang=report.language)[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=_POLICY),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.meta(name="color-scheme", content="light"),
            h.title[f"{report.title} · {report.subtitle}"],
            h.style[Markup(_STYLE)],
        ],
        h.body[h.main[_parts(report)]],
    ]
    return f"{page}\n".encode()


def _parts(report: Report) -> Iterator[h.Node]:
    yield h.header[h.h1[report.title], h.p[report.subtitle]]
    if report.answer:
        yield h.section(".answer", aria_label=report.words["answer"])[
            [_remark(remark, report) for remark in report.answer]
        ]
    if report.tiles:
        yield h.section[
            h.h2(".out")[report.words["tiles"]],
            h.div(".tiles")[[_tile(tile, report) for tile in report.tiles]],
        ]
    for table in report.tables:
        yield _table(table, report)
    if report.charts:
        is_alone = len(report.charts) == 1
        yield h.div(class_="charts" if is_alone else "charts two")[
            [_chart(chart, charts.WHOLE if is_alone else charts.HALF) for chart in report.charts]
        ]
    yield h.footer[report.facts]


def _sign(sign: str, report: Report) -> h.Node:
    """A sign with what it means, for who hears the page."""
    if not sign:
        return None
    tone = tone_of(sign)
    means = report.words.get(tone, sign)
    return h.span(class_=tone)[h.i(role="img", aria_label=means)[sign], " "]


def _remark(remark: Remark, report: Report) -> h.Node:
    return h.p[_sign(remark.sign, report), remark.text]


def _tile(tile: Tile, report: Report) -> h.Node:
    return h.article(class_=f"tile {tone_of(tile.sign)}")[
        h.h3[tile.title],
        h.div(".lead")[
            _big(tile.lead),
            h.div[
                h.span[tile.chance.word],
                h.b[_sign(tile.sign, report), tile.chance.value],
            ]
            if tile.chance
            else None,
        ],
        _meter(tile.meter) if tile.meter else None,
        h.dl[[h.div[h.dt[fact.word], h.dd[fact.value]] for fact in tile.facts]]
        if tile.facts
        else None,
    ]


def _big(fact: Fact) -> h.Node:
    return h.div[h.span[fact.word], h.b[fact.value]]


def _meter(meter: Meter) -> Markup:
    drawn = charts.meter(meter).svg()
    return Markup(drawn.replace("<svg", '<svg preserveAspectRatio="none"', 1))


def _table(table: Table, report: Report) -> h.Node:
    return h.section[
        h.h2[table.title, h.small[table.caption] if table.caption else None],
        h.table[
            h.caption(".out")[table.title],
            h.thead[h.tr[[_heading(column) for column in table.columns]]],
            h.tbody[[h.tr[list(_cells(table, row, report))] for row in table.rows]],
        ],
        h.p(".rest")[table.rest] if table.rest else None,
    ]


def _heading(column: Column) -> h.Node:
    # A sign is as wide as itself: its heading is only heard.
    content = h.span(".out")[column.heading] if column.holds_signs else column.heading
    return h.th(scope="col", class_=_kind(column))[content]


def _kind(column: Column) -> str | None:
    if column.holds_signs:
        return "sign"
    return "number" if column.is_number else None


def _cells(table: Table, row: Sequence[Cell], report: Report) -> Iterator[h.Node]:
    """One row; on a narrow screen its first words are the heading of the others."""
    first = next(place for place, column in enumerate(table.columns) if not column.holds_signs)
    for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        kinds = [_kind(column), "first" if place == first else None]
        if not cell.text and not cell.months:
            kinds.append("empty")
        yield h.td(class_=" ".join(filter(None, kinds)) or None, data_heading=column.heading)[
            _content(column, cell, report)
        ]


def _content(column: Column, cell: Cell, report: Report) -> h.Node:
    if cell.sign:
        return _sign(cell.sign, report)
    if cell.months:
        says = f"{column.heading}: {', '.join(cell.months_shown)}"
        return Markup(charts.sparkline(cell.months, says).svg())
    if cell.share is not None:
        return h.span(".bar", style=f"--w:{cell.share * 100:.0f}%")[cell.text]
    return cell.text


def _chart(chart: Chart, width: float) -> h.Node:
    return h.section[
        h.h2[chart.title],
        h.figure[
            h.div(".wide")[Markup(charts.drawn(chart, width).svg())],
            h.div(".narrow")[Markup(charts.drawn(chart, charts.NARROW).svg())],
        ],
    ]
