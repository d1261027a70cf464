"""What is the core of a company's or a person's name, whatever script, spelling and legal form?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_TRADITIONAL: Final = (
    "華國東業產貿電機廣龍實際團資發開聯興豐達誠順萬億銀鋼鐵銅錦長門間關問陽陳陸隊險雲靈風飛飲館馬駿騰"
    "驗魚鮮鳥鳳鴻麗麥黃點齊龜會們個倉偉側備傑傳債價優兒內兩冊劉則創劃動務勝勞勢勳區協單衛廠歷縣參雙變"
    "號葉員啟喬嚴園圓圖場塊壓壞壽夢夥奧婦學寧寶將專尋對導層島嶺崗師帳帶幣幫幹庫應廈廳張強彈彙匯後從復"
    "徵愛態慶懷憲戰戲戶報揚換擔據擇擊擴攝數敵時晉曉暉書條來楊極構槍樂標樓樣樹橋檔檢權歐歲歸殘殺氣決沖"
    "況淺測濟溫準溝滅滿漁漢潔潤澤濱瀋灣災為無煉煙熱燈燒營爾爺牆獅獎獨獲現瑪環瓊甌畫異當療盤盡監眾碼礎"
    "礦禮種稱穩穀積競筆範築簡糧紀約紅納純紙級紡細紹終組結給絡統絲經綜綠維網緊線編緣練縱總績織繪繼續羅"
    "義習聖聞聲職肅腦腳膠臨舉舊艙藝節莊萊蓋蘇蘭蕭薩藍藥處虛蝦術衝補裝裡裏製複見規視覺覽親觀計訂記設許"
    "訊訓託評詞試詩話該詳語說誰課調談請論諾謀謝證識譚議護讀讓豬貝負財責貨販貴買費賀賓賢賣質賴購賽贊贏"
    "趙趕車軍軒軟軸載輝輪輸轉輕農連進遊運過遠適選遺還邊鄧鄭鄰醫釀釋針釣鈞鈴鉅鋁鋒錄錢鍋鍵鎮鏡鐘鍾鑄鑑"
    "閃閉閱闊階隨隱雜離難霧靜響頂項須預領頭題額願類顧顯飯餅養馮駐駛驅體髮鬥鬧魯鮑鯉鵬鷹鹽麵黨齡臺與並"
    "佈係衆牀雞嶽吳呂鄒閻賈韓龔蔣孫盧陰彥瑋潁瑩穎嬌艷燁燦瑤鈺楓曄宮寬屬廬慮敘暢櫻欽瀾濤濃淨滬瀘煒璽瓏"
    "畢碩禎禪籌緯縉纖聰艦薈蘊詠諮諧貫貸賦輛辦遞郵釘鉑銷銳鋪錫閣闆隴颱飾餘鬆塗壯奮奪孿鹼礙纜鑽顏麼"
)
_SIMPLIFIED: Final = (
    "华国东业产贸电机广龙实际团资发开联兴丰达诚顺万亿银钢铁铜锦长门间关问阳陈陆队险云灵风飞饮馆马骏腾"
    "验鱼鲜鸟凤鸿丽麦黄点齐龟会们个仓伟侧备杰传债价优儿内两册刘则创划动务胜劳势勋区协单卫厂历县参双变"
    "号叶员启乔严园圆图场块压坏寿梦伙奥妇学宁宝将专寻对导层岛岭岗师帐带币帮干库应厦厅张强弹汇汇后从复"
    "征爱态庆怀宪战戏户报扬换担据择击扩摄数敌时晋晓晖书条来杨极构枪乐标楼样树桥档检权欧岁归残杀气决冲"
    "况浅测济温准沟灭满渔汉洁润泽滨沈湾灾为无炼烟热灯烧营尔爷墙狮奖独获现玛环琼瓯画异当疗盘尽监众码础"
    "矿礼种称稳谷积竞笔范筑简粮纪约红纳纯纸级纺细绍终组结给络统丝经综绿维网紧线编缘练纵总绩织绘继续罗"
    "义习圣闻声职肃脑脚胶临举旧舱艺节庄莱盖苏兰萧萨蓝药处虚虾术冲补装里里制复见规视觉览亲观计订记设许"
    "讯训托评词试诗话该详语说谁课调谈请论诺谋谢证识谭议护读让猪贝负财责货贩贵买费贺宾贤卖质赖购赛赞赢"
    "赵赶车军轩软轴载辉轮输转轻农连进游运过远适选遗还边邓郑邻医酿释针钓钧铃钜铝锋录钱锅键镇镜钟钟铸鉴"
    "闪闭阅阔阶随隐杂离难雾静响顶项须预领头题额愿类顾显饭饼养冯驻驶驱体发斗闹鲁鲍鲤鹏鹰盐面党龄台与并"
    "布系众床鸡岳吴吕邹阎贾韩龚蒋孙卢阴彦玮颍莹颖娇艳烨灿瑶钰枫晔宫宽属庐虑叙畅樱钦澜涛浓净沪泸炜玺珑"
    "毕硕祯禅筹纬缙纤聪舰荟蕴咏咨谐贯贷赋辆办递邮钉铂销锐铺锡阁板陇台饰余松涂壮奋夺孪碱碍缆钻颜么"
)
"""Characters of company and person names in the two Chinese scripts; one by one, as names allow."""

_SIMPLER: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

_CHINESE_FORMS: Final = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "分公司",
    "公司",
    "责任",
    "有限",
    "股份",
    "集团",
    "控股",
    "科技",
)
"""What stands at the end of a Chinese company's name and says little about which company it is."""

_LATIN_FORMS: Final = frozenset(
    "ab ag as asa bhd bv co company corp corporation cv gmbh group holding holdings inc incorporated kft "
    "kg kgaa kk limited llc llp lp ltd ltda mbh nv ohg oy oyj plc pte pty pvt sa sarl sas sdn se sl spa "
    "srl ug".split()
)
_MARKS: Final = re.compile(r"[.'’`´]")
"""Marks within a word: `S.A.` is `SA`, `O'Neil` is `ONeil`."""

_BETWEEN_WORDS: Final = re.compile(r"[^\w]+|_+")
"""All other signs and spaces part words."""

_BESIDE_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
"""Space beside a Chinese character, which means nothing: `上海 ABC 公司`."""

_DIGITS: Final = re.compile(r"\d+")
_LEAST_LEFT: Final = 2
"""Characters that stay of a Chinese name whatever it ends in: 科技公司 is some company's name."""


@dataclass(frozen=True, slots=True)
class NameCore:
    """A name without what does not tell companies apart."""

    plain: str
    """Words in their order, one space between."""
    ordered: str
    """The same words in alphabetical order: `Wei Zhang` and `Zhang Wei` are one."""
    numbers: tuple[str, ...]
    """The numbers in it: `Store 12` and `Store 13` are two."""


@lru_cache(maxsize=100_000)
def name_core(name: str) -> NameCore:
    """Reduce a name to its core.

    Width, case, accents, punctuation and the Chinese script do not count; legal forms at the end
    are dropped (`Inc`, `GmbH`, `Co., Ltd`, 有限公司, 股份, 集团, 科技), never the whole name.
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = _without_accents(text.translate(_SIMPLER))
    text = text.replace("&", " and ")

    text = _MARKS.sub("", text)
    text = _BETWEEN_WORDS.sub(" ", text).strip()
    text = _BESIDE_CHINESE.sub("", text)

    words = _without_latin_forms(text.split())
    if words:
        words[-1] = _without_chinese_forms(words[-1])
    plain = " ".join(words)
    ordered = " ".join(sorted(words))
    return NameCore(plain, ordered, numbers=tuple(sorted(_DIGITS.findall(text))))


def _without_accents(text: str) -> str:
    """`zürich` as `zurich`: letters are taken apart and lose what is put on them."""
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    # Korean syllables are taken apart as well, and must be put together again.
    return unicodedata.normalize("NFC", bare)


def _without_latin_forms(words: list[str]) -> list[str]:
    """Drop `the` from the start and legal forms from the end, as long as a word stays."""
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and (words[-1] in _LATIN_FORMS or words[-1] == "and"):
        words = words[:-1]
    return words


def _without_chinese_forms(word: str) -> str:
    """Drop forms from the end as long as at least two characters stay."""
    while True:
        form = _chinese_form_of(word)
        if form is None:
            return word
        word = word.removesuffix(form)


def _chinese_form_of(word: str) -> str | None:
    for form in _CHINESE_FORMS:
        if word.endswith(form) and len(word) >= len(form) + _LEAST_LEFT:
            return form
    return None
