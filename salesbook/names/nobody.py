"""Which names, addresses and numbers identify nobody, since people type them to fill a field?

Two rows that share one of them are not one for that: neither an import nor a check of duplicates
may go by it. What was typed stays as it is.
"""

from __future__ import annotations

import re
from typing import Final

from salesbook.names.folding import fold_name

_NAMES: Final = frozenset(
    fold_name(name)
    for name in (
        "test|tests|testing|test test|test customer|test account|test user|tester|dummy|sample|example|demo"
        "|unknown|unknown customer|unknown company|unnamed|untitled|no name|noname|not provided|not available"
        "|n/a|n.a.|n.n.|none|null|nil|undefined|nobody|no one|anonymous|anon|tbd|tba|tbc|blank|empty|xxx|asdf"
        "|walk in|walk ins|walk in customer|walk in client|walkin|cash|cash customer|cash sale|cash sales"
        "|counter sale|guest|guest customer|guest user|retail customer|private customer|misc|miscellaneous"
        "|various|sundry|sundry customer|one time customer|laufkundschaft|barverkauf|unbekannt|divers|diverse"
        "|client comptoir|client divers|inconnu|anonyme|desconocido|publico en general|público en general"
        "|consumidor final|cliente generico|cliente genérico|privatperson"
        "|散客|零散客户|零售客户|现金客户|临时客户|匿名|匿名客户|未知|未知客户|不详|无|无名|暂无|没有|待定|待补充|测试"
        "|测试客户|测试账号|测试公司|游客|访客|个人|个人客户|其他|其它|某某"
    ).split("|")
)
"""Folded, words parted by one space."""

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")
_AROUND: Final = " .?!*-_()[]<>#"
"""Signs around a word that add nothing: `(unknown)`, `- none -`, `???`."""

_NO_MAILBOX: Final = frozenset(
    "noemail noemails nomail noreply donotreply notprovided notavailable noaddress none null nil undefined"
    " unknown nobody noone invalid fake dummy asdf qwerty xxx xxxx anonymous anon placeholder youremail"
    " 无 暂无 没有".split()
)
"""What stands before the @ of an address that is nobody's, whatever stands behind it; without
`.`, `-`, `_` and figures at its end.
"""
_ANYBODY: Final = _NO_MAILBOX | frozenset(
    "test tests testing tester info mail email user username name firstname example sample demo admin contact"
    " customer client office sales support hello abc foo bar na no me someone somebody you your".split()
)
"""What is nobody's before the @ of a domain for examples."""
_EXAMPLE_DOMAINS: Final = frozenset(
    "example.com example.net example.org example.edu test.com test.net test.org test.de test.cn test.test"
    " domain.com yourdomain.com mydomain.com company.com yourcompany.com email.com mail.com sample.com demo.com"
    " none.com null.com na.com no.com nomail.com noemail.com xxx.com fake.com foo.com bar.com foo.bar".split()
)
"""Domains that stand in examples. A person's own name there may be somebody: `kim.vale@example.com`.

Source of the first four: RFC 2606, 3.
"""

_FIGURES_IN_ORDER: Final = ("12345678901234567890", "98765432109876543210")
_TRIAL_NUMBERS: Final = frozenset({"13800138000", "13800000000", "13000000000", "13900000000"})
"""Chinese numbers that forms and manuals show; the first is an operator's service."""


def is_nobodys_name(text: str) -> bool:
    """True for `Test`, `(unknown)`, `Walk-in`, `散客`, `???`: a name that many rows may bear."""
    words = _BETWEEN_WORDS.sub(" ", fold_name(text))
    bare = words.strip(_AROUND)
    return not bare or bare in _NAMES or words in _NAMES


def is_nobodys_address(address: str) -> bool:
    """True for `noemail@shop.com`, `test@test.com`, `x@x.com`, `info@example.com`.

    Args:
        address: as `contact_data.mail_address` gives it.
    """
    local, _, domain = address.partition("@")
    word = re.sub(r"[._-]", "", local).rstrip("0123456789")
    if not word or word in _NO_MAILBOX:
        # Some people's addresses are numbers alone, as with qq.com.
        return bool(word) or len(set(local)) == 1

    first_label = domain.partition(".")[0]
    is_for_examples = domain in _EXAMPLE_DOMAINS or domain.endswith((".invalid", ".test"))
    if is_for_examples and (word in _ANYBODY or len(set(word)) == 1):
        return True
    # `x@x.com`, `test@test.fr`; a company's `acme@acme.com` is a mailbox.
    says_nothing = word in _ANYBODY or len(set(word)) == 1
    return says_nothing and local == first_label


def is_nobodys_number(digits: str) -> bool:
    """True for `0000000`, `11111111111`, `1234567890`, `987654321` and numbers of manuals.

    Args:
        digits: the number as dialled within the country, without the zero before it.
    """
    if len(set(digits)) <= 1 or digits in _TRIAL_NUMBERS:
        return True
    return any(figures.startswith(digits) for figures in _FIGURES_IN_ORDER)
