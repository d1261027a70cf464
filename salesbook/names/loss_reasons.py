"""What kind of reason is it for which a deal was lost, whatever words a team uses for it?"""

from __future__ import annotations

from typing import Final

from salesbook.names.folding import fold_name

KINDS: Final = ("competitor", "budget", "price", "decision", "silence", "fit", "delivery")
"""Kinds of reason for which there is something else to do; the first that fits is meant."""
_BEGINNINGS: Final = {
    "competitor": ("compet", "rival"),
    "budget": ("budget", "fund", "cash"),
    "price": ("price", "pricing", "expensive", "cost", "discount"),
    "decision": ("decision", "decid", "postpon", "delay", "later", "timing", "undecided", "paused"),
    "silence": (
        "answer",
        "respon",
        "reply",
        "replied",
        "unreachable",
        "contact",
        "ghost",
        "silent",
    ),
    "fit": ("feature", "function", "fit", "requirement", "missing", "need", "product"),
    "delivery": ("deliver", "stock", "capacity", "service", "support"),
}
"""How words of English begin."""
_PARTS: Final = {
    "competitor": ("竞争", "竞品", "对手", "同行"),
    "budget": ("预算", "资金", "经费"),
    "price": ("价格", "报价", "太贵", "偏贵", "价高", "折扣"),
    "decision": ("决定", "决策", "搁置", "推迟", "延期", "暂缓", "时机"),
    "silence": ("失联", "联系不上", "回应", "回复", "不接电话"),
    "fit": ("功能", "匹配", "不满足", "需求", "产品"),
    "delivery": ("交期", "交付", "交货", "缺货", "服务"),
}
"""Chinese has no blanks between words."""


def kind_of_loss(reason: str) -> str:
    """The kind of a typed reason; blank where its words say none that is known."""
    folded = fold_name(reason)
    words = folded.split()
    for kind in KINDS:
        begins = any(word.startswith(_BEGINNINGS[kind]) for word in words)
        if begins or any(part in folded for part in _PARTS[kind]):
            return kind
    return ""
