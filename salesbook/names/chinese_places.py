"""Where is a Chinese company registered, as its name begins: 深圳市 in 深圳市腾讯科技有限公司?"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from salesbook.names.characters import fold_characters

_PLACES: Final = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南"
    " 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 内蒙古 香港 澳门 台湾"
    " 石家庄 唐山 秦皇岛 邯郸 保定 张家口 廊坊 沧州 太原 大同 临汾 运城 呼和浩特 包头 鄂尔多斯 沈阳 大连 鞍山"
    " 抚顺 锦州 营口 长春 哈尔滨 齐齐哈尔 大庆 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州"
    " 宿迁 昆山 江阴 张家港 常熟 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 义乌 慈溪 余姚 合肥"
    " 芜湖 蚌埠 马鞍山 安庆 滁州 阜阳 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 晋江 南昌 景德镇 九江 赣州"
    " 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳"
    " 新乡 焦作 许昌 南阳 商丘 信阳 武汉 黄石 十堰 宜昌 襄阳 荆州 荆门 长沙 株洲 湘潭 衡阳 岳阳 常德 广州 韶关"
    " 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 东莞 中山 潮州 揭阳 南宁 柳州 桂林 北海 海口 三亚 成都"
    " 自贡 攀枝花 泸州 德阳 绵阳 乐山 南充 宜宾 贵阳 遵义 昆明 曲靖 大理 拉萨 西安 宝鸡 咸阳 渭南 汉中 榆林"
    " 兰州 西宁 银川 乌鲁木齐"
).split()
"""Provinces, and cities in which many companies are; the name of a district may be a company's own."""

_PLACE: Final = re.compile(
    # The longer name first; 省, 市 or 自治区 may follow, and after a province its city.
    f"(?P<place>{'|'.join(sorted(_PLACES, key=len, reverse=True))})(?:省|市|自治区|特别行政区)?"
)
_IN_BRACKETS: Final = re.compile(rf"\(\s*{_PLACE.pattern}\s*\)")
"""`(苏州)` and `(深圳市)`."""
_LEAST_LEFT: Final = 2
"""Characters that stay of a name: 上海市 alone is some office, and 北京东方 is 东方 in Beijing."""


class PlacedName(NamedTuple):
    """A name without the places that it begins with."""

    name: str
    places: tuple[str, ...]
    """In their order, without 省 and 市; nothing where the name begins with none."""


def place_in_front(name: str) -> str:
    """Put a place in brackets before the name: 嘉禾（苏州）电子 is 苏州嘉禾电子 written otherwise.

    Returns: the name as typed where it has none, else with its characters folded.
    """
    if name.isascii():
        return name
    folded = fold_characters(name)
    match = _IN_BRACKETS.search(folded)
    if match is None:
        return name
    return match["place"] + folded[: match.start()] + folded[match.end() :]


def placed_name(core: str) -> PlacedName:
    """Take the places from the front of a core, as `company_names.name_core` gives it.

    广东省深圳市腾讯 is 腾讯 of 广东 and 深圳.
    """
    places: list[str] = []
    rest = core
    while True:
        match = _PLACE.match(rest)
        if match is None or len(rest) - match.end() < _LEAST_LEFT:
            return PlacedName(rest, tuple(places))
        places.append(match["place"])
        rest = rest[match.end() :]


def are_elsewhere(left: PlacedName, right: PlacedName) -> bool:
    """Whether two names say different places: the 东方 of Beijing is not that of Shanghai.

    One that says none may be either; so may one that says only the province of the other's city.
    """
    if not left.places or not right.places:
        return False
    return left.places[-1] not in right.places and right.places[-1] not in left.places
