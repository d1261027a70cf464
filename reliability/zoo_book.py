"""How does the zoo come into a workbook: parts, relationships, types, sheet elements, cells, a
column?
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from reliability.books import parts
from reliability.zoo_parts import BOOK, CELLS, FEATURES, PACKAGE, SHEET, Feature
from salesbook.hosts.package.archive import Archive, Staged
from salesbook.hosts.package.parts import (
    BookParts,
    Relation,
    read_parts,
    relations,
    relations_part,
)
from salesbook.store import column_letters

OWN = "xl/worksheets/zoosheet.xml"
TABLE = "CustomerTiers"
WRITTEN = (TABLE, "Checks", "Scorecard", "Forecast", "TargetPlan", "Customers", "RunLog")
"""Tables on whose sheets the zoo stands too: every verb and import writes one of them."""
NOTE = "zoo-my-note"
_RELS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships '
    b'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def book_parts(path: Path) -> BookParts:
    """What relates to what in a workbook."""
    return read_parts(Staged(Archive(path.read_bytes(), str(path))), str(path))


def part_relations(path: Path, source: str) -> list[Relation]:
    """What a part of a workbook leads to."""
    return list(relations(Staged(Archive(path.read_bytes(), str(path))), source))


class Zoo:
    """A workbook's parts while the zoo moves in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.content = parts(path)
        self.book = book_parts(path)
        self.output = self.book.tables[TABLE.lower()].sheet.part
        self.homes = [OWN, *(self.book.tables[code.lower()].sheet.part for code in WRITTEN)]

    def settle(self) -> None:
        """Put everything in and write the workbook."""
        self._own_sheet()
        for feature in FEATURES:
            self._feature(feature)
        self._beside_the_table()
        self._user_column()
        self._calc_chain()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            for name, data in self.content.items():
                package.writestr(name, data)
        self.path.write_bytes(buffer.getvalue())

    def _own_sheet(self) -> None:
        """A sheet of the user's, with cells and a conditional format."""
        cells = "".join(cell for _, cell in CELLS)
        self.content[OWN] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="http://schemas.openxmlformats'
            f'.org/spreadsheetml/2006/main" xmlns:r="{_REL}"><sheetData><row r="2">{cells}</row></sheetData>'
            '<tableParts count="0"/></worksheet>'
        ).encode()
        self._relate(BOOK, f"{_REL}/worksheet", OWN, "zoosheet")
        self._type(OWN, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")
        self._edit(
            BOOK,
            b"</sheets>",
            b'<sheet name="zoo-own-sheet" sheetId="900" r:id="zoosheet"/></sheets>',
        )

    def _feature(self, feature: Feature) -> None:
        key = f"zoo{FEATURES.index(feature)}"
        if feature.part:
            self.content[feature.part] = feature.content
            self._type(feature.part, feature.type)
        sources = self.homes if feature.source == SHEET else [feature.source]
        for source in sources:
            if feature.part:
                self._relate(source, feature.kind, feature.part, key)
            if source in self.homes:
                self._elements(source, feature, key)
        for number, (part, (kind, content_type)) in enumerate(feature.more.items()):
            self.content[part] = Feature(feature.name, part).content
            self._type(part, content_type)
            self._relate(feature.part, kind, part, f"more{number}")

    def _elements(self, sheet: str, feature: Feature, key: str) -> None:
        if feature.before:
            self._edit(
                sheet, b"<tableParts", feature.before.replace("{id}", key).encode() + b"<tableParts"
            )
        if feature.ext:
            if b"</extLst></worksheet>" not in self.content[sheet]:
                self._edit(sheet, b"</worksheet>", b"<extLst></extLst></worksheet>")
            new = feature.ext.replace("{id}", key).encode()
            self._edit(sheet, b"</extLst></worksheet>", new + b"</extLst></worksheet>")

    def _beside_the_table(self) -> None:
        """Cells of the user's in a row of the sheet that a verb writes."""
        cells = "".join(cell for _, cell in CELLS).encode()
        data = self.content[self.output]
        pattern = re.compile(rb'(<row r="2"[^>]*?)(/>|>(.*?)</row>)')
        self.content[self.output] = pattern.sub(
            lambda found: found[1] + b">" + (found[3] or b"") + cells + b"</row>", data, count=1
        )

    def _user_column(self) -> None:
        """A column of the user's in an output table: the note of each row says its key."""
        table = self.book.tables[TABLE.lower()]
        area, letters = table.area, column_letters(table.area.right + 1)
        part = self.content[table.part].decode()
        old = f"{column_letters(area.left)}{area.top}:{column_letters(area.right)}{area.bottom}"
        new = f"{column_letters(area.left)}{area.top}:{letters}{area.bottom}"
        columns = f'<tableColumn id="9000" name="{NOTE}"/></tableColumns>'
        part = part.replace(f'"{old}"', f'"{new}"').replace("</tableColumns>", columns)
        count = len(table.headers)
        part = part.replace(f'<tableColumns count="{count}"', f'<tableColumns count="{count + 1}"')
        self.content[table.part] = part.encode()
        data = self.content[self.output].decode()
        for row in range(area.top, area.bottom + 1):
            found = re.search(rf'<row r="{row}"[^>]*>.*?</row>', data, re.DOTALL)
            if not found:
                raise ValueError(f"{TABLE} has no row {row}")
            key = re.search(
                rf'<c r="{column_letters(area.left)}{row}".*?<t[^>]*>([^<]*)</t>', found[0]
            )
            text = NOTE if row == area.top else f"note on {key[1] if key else ''}"
            cell = f'<c r="{letters}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
            data = data.replace(found[0], _with_cell(found[0], cell, letters), 1)
        self.content[self.output] = data.encode()

    def _calc_chain(self) -> None:
        """A chain of calculation, which a verb has to take out."""
        self.content["xl/calcChain.xml"] = (
            b'<?xml version="1.0"?><calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            b'<c r="AV2" i="900"/></calcChain>'
        )
        self._relate(BOOK, f"{_REL}/calcChain", "xl/calcChain.xml", "zoochain")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
        self._type("xl/calcChain.xml", kind)

    def _relate(self, source: str, kind: str, target: str, key: str) -> None:
        holder = "_rels/.rels" if source == PACKAGE else relations_part(source)
        self.content.setdefault(holder, _RELS)
        new = (
            f'<Relationship Id="{key}" Type="{kind}" Target="/{target}"/></Relationships>'.encode()
        )
        self._edit(holder, b"</Relationships>", new)

    def _type(self, part: str, content_type: str) -> None:
        new = f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>'.encode()
        self._edit("[Content_Types].xml", b"</Types>", new)

    def _edit(self, part: str, old: bytes, new: bytes) -> None:
        if old not in self.content[part]:
            raise ValueError(f"{part} has no {old!r}")
        self.content[part] = self.content[part].replace(old, new, 1)


def _with_cell(row: str, cell: str, letters: str) -> str:
    """Put a cell in its place in a row: before the first one to its right, and instead of a blank
    there.
    """
    row = re.sub(rf'<c r="{letters}\d+"[^>]*(/>|>.*?</c>)', "", row)
    for found in re.finditer(r'<c r="([A-Z]+)\d+"', row):
        if (len(found[1]), found[1]) > (len(letters), letters):
            return row[: found.start()] + cell + row[found.start() :]
    return row.replace("</row>", f"{cell}</row>")
