"""What are people, companies and things of the sample called? All is made up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from salesbook.labels import Language


@dataclass(frozen=True)
class Words:
    """One language's vocabulary; lists that belong together have one order in both languages."""

    person: str
    """How a first and a last name make a person."""
    firsts: tuple[str, ...]
    lasts: tuple[str, ...]
    stems: tuple[str, ...]
    endings: tuple[str, ...]
    """A stem and an ending make a company's own name."""
    trades: tuple[tuple[str, str], ...]
    """What a company's name adds, and its industry."""
    legal: str
    phone: str
    """Numbers that nobody has: 555-01xx, and 120 as a mobile's first digits."""
    regions: tuple[str, ...]
    teams: tuple[str, ...]
    roles: tuple[str, str, str]
    """Hunter, farmer, manager."""
    levels: tuple[str, str, str]
    plan: str
    money: int
    """Units of the currency for one unit of the sample's amounts."""
    products: tuple[tuple[str, str], ...]
    """Product and family."""
    sources: tuple[str, ...]
    lost: tuple[str, ...]
    needs: tuple[str, ...]
    purposes: tuple[str, ...]
    """What it is for."""
    urgencies: tuple[str, ...]
    outcomes: tuple[str, ...]
    steps: tuple[str, ...]
    praise: tuple[str, ...]
    complaints: tuple[tuple[str, str], ...]
    """What was wrong, and what was done."""
    courses: tuple[str, ...]
    criteria: tuple[str, ...]
    channels: tuple[str, ...]
    goals: tuple[str, ...]
    goal_parts: tuple[str, str, str]
    """A quarter's goals, and the two parts of them: new customers, and demos."""
    agreed: tuple[tuple[str, str], ...]
    """What was agreed in a talk, and what became of it."""
    initiatives: tuple[tuple[str, str, str], ...]
    """Step of the sales plan, its result once done, and what was learned; leads name the fair."""
    basis: tuple[str, str]
    outlook: str
    days_off: tuple[str, ...]
    plan_name: str
    spiff: str
    must_have: tuple[str, str]
    deal: str
    typo: str
    """The misspelt name of a product."""


EN: Final = Words(
    person="{first} {last}",
    firsts=tuple(
        "Ada Bruno Clara Dario Edith Felix Greta Hugo Irene Jonas Kaya Leon Mira Nils Olive Pablo Quinn Rosa "
        "Samir Thea Umar Vera Wanda Xavier Yara".split()
    ),
    lasts=tuple(
        "Ashdown Birkett Calloway Dunmore Everhart Fennimore Gladwin Hartigan Inglewood Jessop Kirkbride "
        "Lockhart Merriweather Northcott Oakhurst Pemberly Quillfeather Ravenscroft Stanhope Thackeray "
        "Underhill Vandermeer Wexford Yardley Zimmerling Applegarth Bellweather Crowhurst Draycott Elmsworth "
        "Foxglove".split()
    ),
    stems=tuple(
        "Harbor Maple Cedar Granite Silver Amber Willow Falcon Summit Prairie Coral Juniper Copper Meadow "
        "Raven Aspen Birch Canyon Dover Ember Fable Glacier Hazel Indigo Jasper Kestrel Lantern Marble "
        "Nimbus Orchard".split()
    ),
    endings=("light", "crest", "field", "brook", "gate"),
    trades=(
        ("Logistics", "Logistics"),
        ("Foods", "Food"),
        ("Medical", "Health"),
        ("Robotics", "Machinery"),
        ("Textiles", "Textiles"),
    ),
    legal="",
    phone="+1 {area} 555 {number:04d}",
    regions=("North", "West", "South"),
    teams=("North", "West", "South"),
    roles=("New business", "Existing customers", "Manager"),
    levels=("Junior", "Senior", "Expert"),
    plan="Standard",
    money=1,
    products=(
        ("Insight Basic", "Insight"),
        ("Insight Pro", "Insight"),
        ("Insight Enterprise", "Insight"),
        ("Flow Starter", "Flow"),
        ("Flow Team", "Flow"),
        ("Guard", "Guard"),
        ("Onboarding package", "Services"),
        ("Support plan", "Services"),
    ),
    sources=("Web", "Trade fair", "Referral", "Partner", "Cold call"),
    lost=("Price", "Competitor", "No budget", "No decision", "Missing feature"),
    needs=(
        "Faster reports",
        "One data source",
        "Fewer manual steps",
        "Audit trail",
        "Mobile access",
    ),
    purposes=("Monthly closing", "Sales team", "Warehouse", "Head office"),
    urgencies=("high", "this quarter", "this year", "low"),
    outcomes=(
        "Interested",
        "Needs approval",
        "Asked for an offer",
        "No answer",
        "Agreed next step",
        "Solved",
    ),
    steps=(
        "Send offer",
        "Call back",
        "Arrange a demo",
        "Meet the decision maker",
        "Negotiate terms",
    ),
    praise=(
        "Quick and friendly",
        "Does what it should",
        "Good advice",
        "Could be cheaper",
        "Set-up took long",
    ),
    complaints=(
        ("Delivery came late", "Sent by express, apologised"),
        ("Invoice was wrong", "Corrected invoice sent"),
        ("Training too short", "Second session arranged"),
        ("Login does not work", "Account repaired"),
    ),
    courses=(
        "Product basics",
        "Discovery calls",
        "Negotiation",
        "Forecasting well",
        "Leading a team",
    ),
    criteria=("Discovery", "Drive", "Organisation"),
    channels=("Referral", "Job board", "Agency", "Career page"),
    goals=(
        "Win 3 customers in Food this quarter",
        "Hold 4 demos a month",
        "Answer every complaint within a day this quarter",
        "Raise the win rate at Proposal to 60%",
    ),
    goal_parts=("Goals of the quarter", "Win new customers", "Hold demos"),
    agreed=(
        ("Two visits together at large customers", "Done, one offer came of it"),
        ("Call back lost customers of last year", "Half of them reached"),
        ("Write down the next step of every deal", "Done for most deals"),
    ),
    initiatives=(
        ("Market research", "3 industries chosen", "Ask five customers first"),
        ("Price list reviewed", "In force", ""),
        ("Trade fair", "Stand shared with a partner", "Call back within two days"),
        ("Win-back of dormant customers", "", ""),
        ("Partner programme", "", ""),
        ("Year-end closing campaign", "", ""),
    ),
    basis=("Last year + 15%", "Share of last year"),
    outlook="Industry report; new product in spring",
    days_off=(
        "New Year's Day",
        "Spring holiday",
        "Midsummer holiday",
        "Labour Day",
        "Autumn holiday",
        "Christmas",
    ),
    plan_name="Sales plan {year}",
    spiff="Guard launch bonus",
    must_have=("Opens new accounts, 3 years in the field", "Service background"),
    deal="{product} for {company}",
    typo="Insihgt Pro",
)

ZH: Final = Words(
    person="{last}{first}",
    firsts=tuple(
        "安澜 博闻 初晴 冬至 恩泽 方舟 归舟 和悦 锦书 景行 可欣 乐山 墨言 南星 沛然 清越 若谷 书瑶 天朗 文心 "
        "夏至 向晚 星野 云舒 知远".split()
    ),
    lasts=tuple(
        "赵 钱 孙 李 周 吴 郑 王 冯 陈 褚 卫 蒋 沈 韩 杨 朱 秦 尤 许 何 吕 施 张 孔 曹 严 华 金 魏 陶".split()
    ),
    stems=tuple(
        "青禾 鹿鸣 云杉 松涛 蓝鲸 白鹭 红枫 银杏 麦浪 竹影 星野 月湾 晴川 石桥 江帆 雪峰 海棠 槐荫 金穗 暖阳 "
        "飞燕 山岚 清泉 远帆 朝露 晚枫 绿洲 古月 梧桐 荷塘".split()
    ),
    endings=("里", "渡", "谷", "坊", "屿"),
    trades=(
        ("物流", "物流"),
        ("食品", "食品"),
        ("医疗器械", "医疗"),
        ("自动化设备", "装备制造"),
        ("纺织", "纺织"),
    ),
    legal="有限公司",
    phone="120 {area} {number:04d}",
    regions=("华北", "华东", "华南"),
    teams=("华北组", "华东组", "华南组"),
    roles=("开拓型", "维护型", "经理"),
    levels=("初级", "高级", "资深"),
    plan="标准方案",
    money=7,
    products=(
        ("洞察基础版", "洞察"),
        ("洞察专业版", "洞察"),
        ("洞察企业版", "洞察"),
        ("流程入门版", "流程"),
        ("流程团队版", "流程"),
        ("安全卫士", "安全"),
        ("上线服务包", "服务"),
        ("技术支持年费", "服务"),
    ),
    sources=("官网", "展会", "转介绍", "合作伙伴", "陌生拜访"),
    lost=("价格", "竞争对手", "没有预算", "未作决定", "功能不足"),
    needs=("报表更快", "统一数据来源", "减少手工操作", "可追溯审计", "移动办公"),
    purposes=("月末结账", "销售团队", "仓库", "总部"),
    urgencies=("高", "本季度", "今年内", "低"),
    outcomes=("有兴趣", "需审批", "要求报价", "未接通", "约定下一步", "已解决"),
    steps=("发送报价", "回电", "安排演示", "拜访决策人", "商谈条款"),
    praise=("响应快，态度好", "符合预期", "建议专业", "价格偏高", "上线时间偏长"),
    complaints=(
        ("交货延迟", "已加急发货并致歉"),
        ("发票有误", "已重开发票"),
        ("培训时间太短", "已安排第二次培训"),
        ("无法登录", "已修复账号"),
    ),
    courses=("产品基础", "需求挖掘", "商务谈判", "预测方法", "团队管理"),
    criteria=("需求挖掘", "主动性", "条理性"),
    channels=("内部推荐", "招聘网站", "猎头", "公司官网"),
    goals=(
        "本季度在食品行业赢得 3 家新客户",
        "每月完成 4 次演示",
        "本季度每条投诉一天内答复",
        "方案报价阶段赢单率提升至 60%",
    ),
    goal_parts=("本季度目标", "赢得新客户", "完成演示"),
    agreed=(
        ("一起拜访两家大客户", "已完成，得到一次报价机会"),
        ("回访去年流失的客户", "已联系一半"),
        ("每个商机写明下一步", "大部分已写明"),
    ),
    initiatives=(
        ("市场调研", "选定 3 个行业", "先问五位客户"),
        ("价格表修订", "已执行", ""),
        ("展会", "与合作伙伴合办展位", "两天内回访"),
        ("唤醒沉睡客户", "", ""),
        ("合作伙伴计划", "", ""),
        ("年末冲刺活动", "", ""),
    ),
    basis=("上年增长 15%", "按上年占比"),
    outlook="行业报告；春季上新产品",
    days_off=("元旦团建", "春季团建", "年中盘点日", "公司周年日", "秋季团建", "年终盘点日"),
    plan_name="{year} 年销售计划",
    spiff="安全卫士上市奖励",
    must_have=("三年以上新客户开拓经验", "有客户服务经验"),
    deal="{company}{product}项目",
    typo="洞查专业版",
)

WORDS: Final[dict[Language, Words]] = {"en": EN, "zh-CN": ZH}
