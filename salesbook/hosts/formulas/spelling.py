"""How is a formula spelled in a file, and how where people read it?

Functions that came after Excel 2007 have a prefix in a file, `_xlfn.XLOOKUP(`, and Excel shows
`#NAME?` for one that lacks it. A structured reference is always spelled out there: what people read
as `[@amount]` is `Deals[[#This Row],[amount]]`.
"""

from __future__ import annotations

import re

from salesbook.hosts.formulas.references import Token, UnsureError, tokens

_FUTURE_FUNCTIONS = frozenset(
    """
    ACOT ACOTH AGGREGATE ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE
    BINOM.INV BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CEILING.MATH CEILING.PRECISE
    CHISQ.DIST CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST CHOOSECOLS CHOOSEROWS COMBINA
    CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH COVARIANCE.P COVARIANCE.S CSC CSCH DAYS DECIMAL
    DROP ENCODEURL ERF.PRECISE ERFC.PRECISE EXPAND EXPON.DIST F.DIST F.DIST.RT F.INV F.INV.RT
    F.TEST FILTER FILTERXML FLOOR.MATH FLOOR.PRECISE FORECAST.ETS FORECAST.ETS.CONFINT
    FORECAST.ETS.SEASONALITY FORECAST.ETS.STAT FORECAST.LINEAR FORMULATEXT GAMMA GAMMA.DIST
    GAMMA.INV GAMMALN.PRECISE GAUSS GROUPBY HSTACK HYPGEOM.DIST IFNA IFS IMAGE IMCOSH IMCOT
    IMCSC IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOMITTED ISOWEEKNUM LAMBDA LET
    LOGNORM.DIST LOGNORM.INV MAKEARRAY MAP MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT NEGBINOM.DIST
    NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC
    PERCENTILE.INC PERCENTOF PERCENTRANK.EXC PERCENTRANK.INC PERMUTATIONA PHI PIVOTBY
    POISSON.DIST QUARTILE.EXC QUARTILE.INC RANDARRAY RANK.AVG RANK.EQ REDUCE REGEXEXTRACT
    REGEXREPLACE REGEXTEST RRI SCAN SEC SECH SEQUENCE SHEET SHEETS SKEW.P SORT SORTBY STDEV.P
    STDEV.S STOCKHISTORY SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TAKE TEXTAFTER
    TEXTBEFORE TEXTJOIN TEXTSPLIT TOCOL TOROW TRIMRANGE UNICHAR UNICODE UNIQUE VALUETOTEXT VAR.P
    VAR.S VSTACK WEBSERVICE WEIBULL.DIST WRAPCOLS WRAPROWS XLOOKUP XMATCH XOR Z.TEST
    """.split()
)
"""Source: [MS-XLSX] 2.3.3, and what Excel has added since."""
_WORKSHEET_FUNCTIONS = frozenset(["FILTER", "SORT"])
"""Those among them that have a second prefix: `_xlfn._xlws.SORT(`."""
_PREFIX = re.compile(r"_xlfn\.(?:_xlws\.)?(?!SINGLE|ANCHORARRAY)", re.IGNORECASE)
"""Matches the prefixes of a file. Two functions exist in files alone: people read `@` and `#`."""
_THIS_ROW = "[#This Row]"


def as_people_read(formula: str) -> str:
    """Spell a formula from a file without what only files need."""
    if "_xlfn" not in formula:
        return formula
    try:
        return "".join(
            _PREFIX.sub("", text) if kind == "call" else text for kind, text in tokens(formula)
        )
    except UnsureError:
        return formula


def as_files_have_it(formula: str, table: str) -> str:
    """Spell a formula as a file has to have it.

    Args:
        table: the table in which it stands, which `[@amount]` leaves out.
    """
    try:
        all_tokens = tokens(formula)
    except UnsureError:
        return formula

    spelled: list[str] = []
    before: Token = ("", "")
    for token in all_tokens:
        kind, text = token
        if kind == "call":
            text = _with_prefix(text)
        elif kind == "bracket":
            names_table = before[0] == "name"
            text = ("" if names_table else table) + _spelled_out(text)
        spelled.append(text)
        before = token
    return "".join(spelled)


def _with_prefix(call: str) -> str:
    name = call.removesuffix("(").upper()
    if name not in _FUTURE_FUNCTIONS:
        return call
    second = "_xlws." if name in _WORKSHEET_FUNCTIONS else ""
    return f"_xlfn.{second}{name}("


def _spelled_out(reference: str) -> str:
    """Spell `[@amount]`, `[@[net amount]]`, `[@[a]:[b]]` and `[@]` with the row they mean."""
    content = reference[1:-1]
    if not content.startswith("@"):
        return reference

    columns = content[1:]
    if not columns:
        return _THIS_ROW
    if not columns.startswith("["):
        columns = f"[{columns}]"
    return f"[{_THIS_ROW},{columns}]"
