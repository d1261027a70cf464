"""Which colour does a fill have? It may be given itself, by the theme, or by a place in a palette."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Sequence

from salesbook.hosts.package.xmlscan import attribute, tag_pattern, whole_number

_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{place}" for place in range(1, 7)))
"""What `theme="0"`, `"1"`, ... mean: not the order in which the theme part lists them."""
_PALETTE = (
    "000000 FFFFFF FF0000 00FF00 0000FF FFFF00 FF00FF 00FFFF 000000 FFFFFF FF0000 00FF00 0000FF "
    "FFFF00 FF00FF 00FFFF 800000 008000 000080 808000 800080 008080 C0C0C0 808080 9999FF 993366 "
    "FFFFCC CCFFFF 660066 FF8080 0066CC CCCCFF 000080 FF00FF FFFF00 00FFFF 800080 800000 008080 "
    "0000FF 00CCFF CCFFFF CCFFCC FFFF99 99CCFF FF99CC CC99FF FFCC99 3366FF 33CCCC 99CC00 FFCC00 "
    "FF9900 FF6600 666699 969696 003366 339966 003300 333300 993300 993366 333399 333333"
).split()
"""The colours that Excel 97 knew, by their index. Source: ECMA-376, part 1, 18.8.27."""
_ARGB = re.compile(r"[0-9A-Fa-f]{6,8}")
_MOST = 255


def fill_colour(fill: bytes, prefix: bytes, theme: Sequence[str]) -> str | None:
    """Say which colour fills the cells of a fill, as `#RRGGBB`.

    Of a pattern that is the colour in front; a gradient has none that could be named.

    Args:
        theme: the theme's colours in the order of `_THEME_ORDER`.
    """
    pattern = tag_pattern(prefix, b"patternFill").search(fill)
    if not pattern or attribute(pattern[0], b"patternType") in (None, "none"):
        return None
    colour = tag_pattern(prefix, b"fgColor").search(fill)
    # A pattern without a colour is black on white, as Excel shows it.
    return _colour(colour[0], theme) if colour else "#000000"


def _colour(tag: bytes, theme: Sequence[str]) -> str | None:
    base = None
    rgb = attribute(tag, b"rgb") or ""
    theme_place = attribute(tag, b"theme")
    index = attribute(tag, b"indexed")
    if _ARGB.fullmatch(rgb):
        base = f"#{rgb[-6:].upper()}"
    elif theme_place is not None:
        place = whole_number(theme_place)
        base = theme[place] if place < len(theme) else None
    elif index is not None:
        place = whole_number(index)
        base = f"#{_PALETTE[place]}" if place < len(_PALETTE) else None

    if base is None:
        return None
    return _tinted(base, attribute(tag, b"tint"))


def _tinted(colour: str, tint: str | None) -> str:
    """Make a colour lighter (up to 1) or darker (down to -1). Source: ECMA-376, 18.8.19."""
    try:
        share = float(tint or 0)
    except ValueError:
        return colour
    if not -1 <= share <= 1 or share == 0:
        return colour

    channels = [int(colour[place : place + 2], 16) / _MOST for place in (1, 3, 5)]
    hue, light, saturation = colorsys.rgb_to_hls(*channels)
    light = light * (1 + share) if share < 0 else light * (1 - share) + share
    new_channels = colorsys.hls_to_rgb(hue, light, saturation)
    return "#" + "".join(f"{round(channel * _MOST):02X}" for channel in new_channels)


def theme_colours(data: bytes) -> list[str]:
    """Read the colours of a theme part, as `#RRGGBB`, in the order in which formats count them."""
    scheme = re.search(rb"<(?:[\w.-]+:)?clrScheme.*?</(?:[\w.-]+:)?clrScheme>", data, re.DOTALL)
    if not scheme:
        return []

    colours = []
    for name in _THEME_ORDER:
        # Matches <a:accent1><a:srgbClr val="4F81BD"/> and <a:lt1><a:sysClr val="window" lastClr="FFFFFF"/>
        pattern = (
            rb"<(?:[\w.-]+:)?%b>\s*<(?:[\w.-]+:)?(?:srgbClr\s+val|sysClr[^>]*?\slastClr)="
            rb'"([0-9A-Fa-f]{6})"'
        )
        colour = re.search(pattern % name.encode(), scheme[0])
        colours.append(f"#{colour[1].decode().upper()}" if colour else "#000000")
    return colours
