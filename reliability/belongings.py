"""Which things of his own does a user keep in the book: sheets with structured references, a pivot, a
chart, names, data bars, a filter, a sorting?
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from reliability.hand import Hand
from reliability.marks import POINTS, own_columns
from reliability.seen import MAIN, REL, SeenBook
from salesbook.labels import header
from workbook.build import office

VIEW, PIVOT = "My view", "My pivot"
_MARKED = ("CallList", "CustomerTiers")
"""Tables that get both columns of the user's."""
_SML = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DRAWINGML = "application/vnd.openxmlformats-officedocument"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:plotArea><c:layout/>
<c:barChart><c:barDir val="col"/><c:grouping val="clustered"/><c:ser><c:idx val="0"/><c:order val="0"/>
<c:val><c:numRef><c:f>{range}</c:f></c:numRef></c:val></c:ser><c:axId val="101"/><c:axId val="102"/>
</c:barChart><c:catAx><c:axId val="101"/><c:scaling><c:orientation val="minMax"/></c:scaling>
<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="102"/></c:catAx><c:valAx><c:axId val="102"/>
<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>
<c:crossAx val="101"/></c:valAx></c:plotArea></c:chart></c:chartSpace>"""
_DRAWING = """<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:from><xdr:col>4</xdr:col>
<xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>10</xdr:col>
<xdr:colOff>0</xdr:colOff><xdr:row>18</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:graphicFrame macro="">
<xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="My chart"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm>
<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData
 uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart
 xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{id}"/>
</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"""


def _column(table: str, field: str) -> str:
    return f"{table}[{header(table, field, 'en')}]"


FORMULAS: Mapping[str, str] = {
    "Sold": f"SUM({_column('Orders', 'amount')})",
    "Calls": f"COUNTA({_column('CallList', 'customer_id')})",
    "Calls to A customers": f'COUNTIFS({_column("CallList", "tier")},"A")',
    "Value of all customers": f"SUM({_column('CustomerTiers', 'value')})",
    "Commission": f"SUM({_column('Commission', 'amount')})",
    "My points": f"SUM(CallList[{POINTS}])",
    "Deals": f"COUNTA({_column('Deals', 'deal_id')})",
    "Of MyCalls": "COUNTA(MyCalls)",
    "Value of C001": (
        f"SUMIFS({_column('CustomerTiers', 'value')},"
        f'{_column("CustomerTiers", "customer_id")},"C001")'
    ),
}
"""What the user's own sheet calculates from our tables."""


def settle(path: Path) -> None:
    """Give a book everything; its rows get no marks yet."""
    hand = Hand(path)
    for table in _MARKED:
        own_columns(hand, table)
    _own_sheet(hand)
    _pivot(hand)
    _names(hand)
    late = header("CallList", "days_late", "en")
    hand.data_bar("CallList", late)
    hand.data_bar("CustomerTiers", header("CustomerTiers", "value", "en"))
    hand.sorted_by("CallList", late, descending=True)
    hand.filter("CustomerTiers", header("CustomerTiers", "tier", "en"), ("A", "B"))
    hand.save()


def lost_references(book: SeenBook) -> list[str]:
    """Formulas and names of the user's that no longer say what they said."""
    sheet = next((part for part, name in book.sheets.items() if name == VIEW), "")
    if not sheet:
        return [f"the sheet {VIEW}"]
    found = [formula.text for formula in book.tree(sheet).iter(f"{MAIN}f")]
    lost = [f"{name}: {formula}" for name, formula in FORMULAS.items() if formula not in found]
    names = {
        name.get("name"): name.text
        for name in book.tree("xl/workbook.xml").iter(f"{MAIN}definedName")
    }
    if names.get("MyCalls") != _column("CallList", "customer_id"):
        lost.append(f"the name MyCalls: {names.get('MyCalls')}")
    # A structured reference holds as long as its table and column are called the same.
    for table, column in (("CallList", POINTS), ("CustomerTiers", POINTS)):
        if column not in book.tables[table].headers:
            lost.append(f"{table}[{column}]")
    return lost


def miscalculated(path: Path, folder: Path) -> list[str]:
    """Formulas of the user's that LibreOffice, asked to calculate all anew, gives another value
    than our rows add up to.
    """
    made = office.convert(path, "xlsx", folder)
    place = next(name for name, sheet in SeenBook(made).sheets.items() if sheet == VIEW)
    sheet = SeenBook(made).tree(place)
    values = [
        cell.findtext(f"{MAIN}v") for cell in sheet.iter(f"{MAIN}c") if cell.get("r")[0] == "B"
    ]
    found = dict(zip(FORMULAS, values, strict=True))
    book = SeenBook(path)
    wanted = {
        "Sold": _sum(book, "Orders", "amount"),
        "Calls": len(_cells(book, "CallList", "customer_id")),
        "Calls to A customers": _cells(book, "CallList", "tier").count("A"),
        "Value of all customers": _sum(book, "CustomerTiers", "value"),
        "Commission": _sum(book, "Commission", "amount"),
        "Deals": len(_cells(book, "Deals", "deal_id")),
        "Of MyCalls": len(_cells(book, "CallList", "customer_id")),
    }
    return [
        f"{name} is {found[name]}, not {value}"
        for name, value in wanted.items()
        if abs(float(found[name] or "nan") - value) > 0.005 or not found[name]
    ]


def _cells(book: SeenBook, table: str, field: str) -> list[Any]:
    column = header(table, field, "en")
    return [row.values[column] for row in book.rows(table) if column in row.values]


def _sum(book: SeenBook, table: str, field: str) -> float:
    return float(sum(_cells(book, table, field)))


def _own_sheet(hand: Hand) -> None:
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{escape(name)}</t></is></c>'
        f'<c r="B{number}"><f>{escape(formula)}</f><v>0</v></c></row>'
        for number, (name, formula) in enumerate(FORMULAS.items(), start=1)
    )
    part = "xl/worksheets/myview.xml"
    _sheet(hand, part, VIEW, rows)
    hand.add_part("xl/charts/mychart.xml", "", f"{_DRAWINGML}.drawingml.chart+xml")
    place = hand.book.tables["CallList"]
    late = place.headers.index(header("CallList", "days_late", "en"))
    column = "ABCDEFGHIJ"[place.left - 1 + late]
    area = f"'{place.sheet_name}'!${column}${place.top + 1}:${column}${place.bottom}"
    hand.book.parts["xl/charts/mychart.xml"] = _CHART.format(range=area).encode()
    drawing = "xl/drawings/mydrawing.xml"
    hand.add_part(drawing, "", f"{_DRAWINGML}.drawing+xml")
    key = hand.relate(drawing, f"{_OFFICE}/chart", "xl/charts/mychart.xml")
    hand.book.parts[drawing] = _DRAWING.format(id=key).encode()
    key = hand.relate(part, f"{_OFFICE}/drawing", drawing)
    hand.put(part, etree.Element(f"{MAIN}drawing", {f"{REL}id": key}), ["tableParts"])


def _sheet(hand: Hand, part: str, name: str, rows: str) -> None:
    content = f'<worksheet xmlns="{MAIN[1:-1]}"><sheetData>{rows}</sheetData></worksheet>'
    hand.add_part(part, content, f"{_SML}.worksheet+xml")
    key = hand.relate("xl/workbook.xml", f"{_OFFICE}/worksheet", part)
    sheets = hand.tree("xl/workbook.xml").find(f"{MAIN}sheets")
    number = max(int(sheet.get("sheetId")) for sheet in sheets) + 1
    etree.SubElement(
        sheets, f"{MAIN}sheet", {"name": name, "sheetId": str(number), f"{REL}id": key}
    )


def _pivot(hand: Hand) -> None:
    """A pivot of the sum of amounts by rep over our table Orders, with its records."""
    place = hand.book.tables["Orders"]
    rows = [row.values for row in hand.book.rows("Orders")]
    rep, amount = header("Orders", "rep_id", "en"), header("Orders", "amount", "en")
    reps = sorted({str(row.get(rep)) for row in rows})
    items = "".join(f"<s v={quoteattr(one)}/>" for one in reps)
    fields = []
    for column in place.headers:
        shared = "<sharedItems/>"
        if column == rep:
            shared = f'<sharedItems count="{len(reps)}">{items}</sharedItems>'
        fields.append(f"<cacheField name={quoteattr(column)} numFmtId='0'>{shared}</cacheField>")
    cache, records = "xl/pivotCache/mycache.xml", "xl/pivotCache/myrecords.xml"
    root = f'xmlns="{MAIN[1:-1]}" xmlns:r="{REL[1:-1]}"'
    hand.add_part(
        records,
        f'<pivotCacheRecords {root} count="{len(rows)}">'
        + "".join(
            "<r>"
            + "".join(_record(row.get(one), one == rep, reps) for one in place.headers)
            + "</r>"
            for row in rows
        )
        + "</pivotCacheRecords>",
        f"{_SML}.pivotCacheRecords+xml",
    )
    hand.add_part(cache, "", f"{_SML}.pivotCacheDefinition+xml")
    key = hand.relate(cache, f"{_OFFICE}/pivotCacheRecords", records)
    hand.book.parts[cache] = (
        f'<pivotCacheDefinition {root} r:id="{key}" refreshOnLoad="1" recordCount="{len(rows)}">'
        f'<cacheSource type="worksheet"><worksheetSource name="Orders"/></cacheSource>'
        f'<cacheFields count="{len(fields)}">{"".join(fields)}</cacheFields></pivotCacheDefinition>'
    ).encode()
    sheet, pivot = "xl/worksheets/mypivot.xml", "xl/pivotTables/mypivot.xml"
    _sheet(hand, sheet, PIVOT, "")
    hand.add_part(pivot, "", f"{_SML}.pivotTable+xml")
    hand.relate(pivot, f"{_OFFICE}/pivotCacheDefinition", cache)
    hand.relate(sheet, f"{_OFFICE}/pivotTable", pivot)
    axes = []
    for column in place.headers:
        if column == rep:
            listed = "".join(f'<item x="{at}"/>' for at in range(len(reps)))
            axes.append(
                f'<pivotField axis="axisRow" showAll="0"><items count="{len(reps) + 1}">{listed}'
                '<item t="default"/></items></pivotField>'
            )
        else:
            summed = ' dataField="1"' if column == amount else ""
            axes.append(f'<pivotField{summed} showAll="0"/>')
    hand.book.parts[pivot] = (
        f'<pivotTableDefinition {root} name="MyPivot" cacheId="901" dataCaption="Values">'
        '<location ref="A3:B5" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        f'<pivotFields count="{len(axes)}">{"".join(axes)}</pivotFields>'
        f'<rowFields count="1"><field x="{place.headers.index(rep)}"/></rowFields>'
        f'<dataFields count="1"><dataField name="Sum" fld="{place.headers.index(amount)}"/></dataFields>'
        "</pivotTableDefinition>"
    ).encode()
    key = hand.relate("xl/workbook.xml", f"{_OFFICE}/pivotCacheDefinition", cache)
    book = hand.tree("xl/workbook.xml")
    caches = etree.Element(f"{MAIN}pivotCaches")
    etree.SubElement(caches, f"{MAIN}pivotCache", {"cacheId": "901", f"{REL}id": key})
    calculation = book.find(f"{MAIN}calcPr")
    book.insert(list(book).index(calculation) + 1, caches)


def _record(value: object, is_rep: bool, reps: list[str]) -> str:
    if is_rep:
        return f'<x v="{reps.index(str(value))}"/>'
    if value is None:
        return "<m/>"
    kind = "n" if isinstance(value, float) else "s"
    return f"<{kind} v={quoteattr(str(value))}/>"


def _names(hand: Hand) -> None:
    names = hand.tree("xl/workbook.xml").find(f"{MAIN}definedNames")
    for name, means in (
        ("MyCalls", _column("CallList", "customer_id")),
        ("MyRate", f"'{VIEW}'!$B$1"),
    ):
        new = etree.Element(f"{MAIN}definedName", name=name)
        new.text = means
        names.append(new)
