"""What a run ends with in a book that has customers, and neither targets nor deals."""

from types import SimpleNamespace

import pandas as pd
import pytest

from salesbook.book.page_digest import _of_tiers
from salesbook.frames import empty_frame
from tests.spec.test_tier import POLICY


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("3 customers: A 2, B 0, C 1. Calls on the list: 4.", "1 up, 1 down")),
        ("zh-CN", ("3 家客户：A 2、B 0、C 1。跟进清单上有 4 次联系。", "升级 1 家，降级 1 家")),
    ],
)
def test_customers_alone_are_told_by_tier(language, told):
    """It said that there was nothing to report, though 17 tables had been written."""
    session = SimpleNamespace(policy=POLICY, language=language)
    tiers = pd.DataFrame({"tier": ["A", "C", "A"], "moved": ["up", "down", "same"]})
    lines = _of_tiers({"CustomerTiers": tiers, "CallList": pd.DataFrame(index=range(4))}, session)
    assert lines[0] == told[0]
    assert told[1] in lines[1]
    assert _of_tiers({"CustomerTiers": empty_frame("CustomerTiers")}, session) == ()
