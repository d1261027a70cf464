"""Which foreign features does the zoo's workbook have? One small, plausible part each, with a token
to know it by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_MS: Final = "http://schemas.microsoft.com/office/"
_SML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_VND: Final = "application/vnd."
BOOK, PACKAGE, SHEET = "xl/workbook.xml", "", "sheet"


@dataclass(frozen=True)
class Feature:
    """Something that salesbook knows nothing of; its content holds `zoo-<name>`."""

    name: str
    part: str = ""
    source: str = SHEET
    """The part that relates to it: the workbook, the package, or the sheets that hold the zoo."""
    kind: str = ""
    """Relationship type."""
    type: str = "application/xml"
    before: str = ""
    """Elements of the sheet before `tableParts`; {id} is the relationship's id."""
    ext: str = ""
    """Content of an `ext` of the sheet."""
    more: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Parts it leads to itself: relationship type and content type by part."""

    @property
    def token(self) -> bytes:
        """What its content is known by."""
        return f"zoo-{self.name}".encode()

    @property
    def content(self) -> bytes:
        """What its part holds."""
        xml = f'<?xml version="1.0" encoding="UTF-8"?><zoo xmlns="urn:zoo" is="zoo-{self.name}"/>'
        is_binary = self.part.endswith((".bin", ".data", ".png", ".emf", ".sigs"))
        return b"\x00\x01\xff" + self.token * 9 if is_binary else xml.encode()


_X14 = 'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
_XM = 'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"'
_SPARK = (
    f'<ext {_X14} uri="{{05C60535-1F16-4fd2-B633-F4F36F0B64E0}}"><x14:sparklineGroups {_XM}><x14:sparklineGroup '
    'type="column"><x14:sparklines><x14:sparkline><xm:f>"zoo-sparklines"</xm:f><xm:sqref>AZ1</xm:sqref>'
    "</x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
)
_RULE = (
    f'<ext {_X14} uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}"><x14:conditionalFormattings>'
    f'<x14:conditionalFormatting {_XM}><x14:cfRule type="dataBar" id="{{00000000-0000-0000-0000-0000000000AA}}">'
    '<x14:dataBar minLength="0" maxLength="100"><x14:cfvo type="formula"><xm:f>"zoo-x14-formats"</xm:f></x14:cfvo>'
    '<x14:cfvo type="autoMax"/></x14:dataBar></x14:cfRule><xm:sqref>AY1:AY9</xm:sqref></x14:conditionalFormatting>'
    "</x14:conditionalFormattings></ext>"
)
_LIST = (
    f'<ext {_X14} uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations {_XM} count="1">'
    '<x14:dataValidation type="list"><x14:formula1><xm:f>"zoo-x14-validations"</xm:f></x14:formula1>'
    "<xm:sqref>AX1</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
)
_SLICER = f'<ext {_X14} uri="{{A8765BA9-456A-4dab-B4F3-ACF838C121DE}}"><x14:slicerList><x14:slicer r:id="{{id}}"/></x14:slicerList></ext>'
_CONTROL = '<controls><control shapeId="9001" r:id="{id}" name="zoo-button"/></controls>'

FEATURES: Final = (
    Feature("sparklines", ext=_SPARK),
    Feature("x14-formats", ext=_RULE),
    Feature("x14-validations", ext=_LIST),
    Feature(
        "drawing-with-shapes-and-text-boxes", "xl/drawings/zoo.xml", SHEET, _REL + "drawing", _VND + "openxmlformats-officedocument.drawing+xml",
        before='<drawing r:id="{id}"/>',
        more={"xl/charts/zooEx1.xml": (_MS + "2014/relationships/chartEx", _VND + "ms-office.chartex+xml"), "xl/diagrams/zoo.xml": (_REL + "diagramData", _VND + "openxmlformats-officedocument.drawingml.diagramData+xml"), "xl/media/zoo.png": (_REL + "image", "image/png"), "xl/ink/zoo.xml": ("http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml", "application/inkml+xml")},
    ),
    Feature("notes-as-vml", "xl/drawings/zoo.vml", SHEET, _REL + "vmlDrawing", _VND + "openxmlformats-officedocument.vmlDrawing", before='<legacyDrawing r:id="{id}"/>'),
    Feature("background-picture", "xl/media/zooback.png", SHEET, _REL + "image", "image/png", before='<picture r:id="{id}"/>'),
    Feature("ole-object", "xl/embeddings/zoo.bin", SHEET, _REL + "oleObject", _VND + "openxmlformats-officedocument.oleObject", before='<oleObjects><oleObject progId="Package" shapeId="9002" r:id="{id}"/></oleObjects>'),
    Feature("button", "xl/ctrlProps/zoo1.xml", SHEET, _REL + "ctrlProp", _VND + "ms-excel.controlproperties+xml", before=_CONTROL),
    Feature("check-box", "xl/ctrlProps/zoo2.xml", SHEET, _REL + "ctrlProp", _VND + "ms-excel.controlproperties+xml"),
    Feature("activex", "xl/activeX/zoo.xml", SHEET, _REL + "control", _VND + "ms-office.activeX+xml", more={"xl/activeX/zoo.bin": (_MS + "2006/relationships/activeXControlBinary", _VND + "ms-office.activeX")}),
    Feature("slicer", "xl/slicers/zoo.xml", SHEET, _MS + "2007/relationships/slicer", _VND + "ms-excel.slicer+xml", ext=_SLICER),
    Feature("timeline", "xl/timelines/zoo.xml", SHEET, _MS + "2011/relationships/timeline", _VND + "ms-excel.timeline+xml"),
    Feature("pivot-table", "xl/pivotTables/zoo.xml", SHEET, _REL + "pivotTable", _SML + "pivotTable+xml"),
    Feature("notes", "xl/zoocomments.xml", SHEET, _REL + "comments", _SML + "comments+xml"),
    Feature("threaded-comments", "xl/threadedComments/zoo.xml", SHEET, _MS + "2017/10/relationships/threadedComment", _VND + "ms-excel.threadedcomments+xml"),
    Feature("printer-settings", "xl/printerSettings/zoo.bin", SHEET, _REL + "printerSettings", _SML + "printerSettings"),
    Feature("query-table", "xl/queryTables/zoo.xml", SHEET, _REL + "queryTable", _SML + "queryTable+xml"),
    Feature("custom-property-of-sheet", "xl/customProperty/zoo.bin", SHEET, _REL + "customProperty", _SML + "customProperty"),
    Feature("named-sheet-views", "xl/namedSheetViews/zoo.xml", SHEET, _MS + "2019/04/relationships/namedSheetView", _VND + "ms-excel.namedsheetviews+xml"),
    Feature("slicer-cache", "xl/slicerCaches/zoo.xml", BOOK, _MS + "2007/relationships/slicerCache", _VND + "ms-excel.slicerCache+xml"),
    Feature("timeline-cache", "xl/timelineCaches/zoo.xml", BOOK, _MS + "2011/relationships/timelineCache", _VND + "ms-excel.timelineCache+xml"),
    Feature("pivot-cache", "xl/pivotCache/zoo.xml", BOOK, _REL + "pivotCacheDefinition", _SML + "pivotCacheDefinition+xml", more={"xl/pivotCache/zoorecords.xml": (_REL + "pivotCacheRecords", _SML + "pivotCacheRecords+xml")}),
    Feature("connections", "xl/connections.xml", BOOK, _REL + "connections", _SML + "connections+xml"),
    Feature("data-model", "xl/model/item.data", BOOK, _MS.replace("http", "http") + "2013/relationships/powerPivotData", _VND + "openxmlformats-officedocument.model+data"),
    Feature("power-query", "customXml/item9.xml", BOOK, _REL + "customXml", "application/xml", more={"customXml/itemProps9.xml": (_REL + "customXmlProps", _VND + "openxmlformats-officedocument.customXmlProperties+xml")}),
    Feature("persons", "xl/persons/person.xml", BOOK, _MS + "2017/10/relationships/person", _VND + "ms-excel.person+xml"),
    Feature("dynamic-arrays", "xl/metadata.xml", BOOK, _REL + "sheetMetadata", _SML + "sheetMetadata+xml"),
    Feature("in-cell-images", "xl/richData/rdrichvalue.xml", BOOK, _MS + "2017/06/relationships/rdRichValue", _VND + "ms-excel.rdrichvalue+xml"),
    Feature("in-cell-image-places", "xl/richData/richValueRel.xml", BOOK, _MS + "2022/10/relationships/richValueRel", _VND + "ms-excel.richvaluerel+xml", more={"xl/media/zoocell.png": (_REL + "image", "image/png")}),
    Feature("python-in-excel", "xl/python.xml", BOOK, _MS + "2023/09/relationships/Python", _VND + "ms-excel.python+xml"),
    Feature("external-link", "xl/externalLinks/zoo.xml", BOOK, _REL + "externalLink", _SML + "externalLink+xml"),
    Feature("volatile-dependencies", "xl/volatileDependencies.xml", BOOK, _REL + "volatileDependencies", _SML + "volatileDependencies+xml"),
    Feature("feature-property-bags", "xl/featurePropertyBag/featurePropertyBag.xml", BOOK, _MS + "2022/11/relationships/FeaturePropertyBag", _VND + "ms-excel.featurepropertybag+xml"),
    Feature("vba-signature", "xl/vbaProjectSignature.bin", "xl/vbaProject.bin", _MS + "2006/relationships/vbaProjectSignature", _VND + "ms-office.vbaProjectSignature"),
    Feature("ribbon", "customUI/zooUI14.xml", PACKAGE, _MS + "2007/relationships/ui/extensibility", "application/xml"),
    Feature("sensitivity-label", "docMetadata/LabelInfo.xml", PACKAGE, _MS + "2020/02/relationships/classificationlabels", _VND + "ms-office.classificationlabels+xml"),
    Feature("custom-properties", "docProps/custom.xml", PACKAGE, _REL + "custom-properties", _VND + "openxmlformats-officedocument.custom-properties+xml"),
    Feature("task-pane-add-in", "xl/webextensions/taskpanes.xml", PACKAGE, _MS + "2011/relationships/webextensiontaskpanes", _VND + "ms-office.webextensiontaskpanes+xml"),
    Feature("thumbnail", "docProps/thumbnail.emf", PACKAGE, "http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail", "image/x-emf"),
)  # fmt: skip
CELLS: Final = (
    ("array-formula", '<c r="AV2" cm="1"><f t="array" ref="AV2:AV4">_xlfn.SEQUENCE(3)+N("zoo-array-formula")</f><v>1</v></c>'),
    ("cell-with-rich-value", '<c r="AW2" vm="1" t="e"><v>#VALUE!</v></c><c r="AX2" t="inlineStr"><is><r><rPr><b/></rPr><t>zoo-cell-with-rich-value</t></r></is></c>'),
    ("phonetic-text", '<c r="AY2" t="inlineStr"><is><t>zoo-phonetic-text</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>'),
)  # fmt: skip
"""Cells of users' own, beside our table and on their own sheet, in row 2."""
