"""Look-alikes: what makes two rows one, and what does not."""

import datetime as dt
from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from salesbook.domain.checks.duplicates import find_duplicates, look_alikes
from salesbook.domain.outcome import Task
from salesbook.frames import frame_from_rows
from salesbook.names.chinese_places import placed_name
from salesbook.names.company_names import name_core
from salesbook.names.contact_data import mail_address, phone_numbers, private_domain
from salesbook.names.name_likeness import alike_names
from salesbook.policy import Policy
from salesbook.tables.settings import Product, Rules, Stage


def customers(*rows):
    full = [
        {"customer_id": f"C{at}", "name": f"Nobody {at}{at}{at}"} | row
        for at, row in enumerate(rows)
    ]
    return {"Customers": frame_from_rows("Customers", full)}


def task_with(tables):
    others = {name: frame_from_rows(name, []) for name in ("Reps", "Deals", "Leads")}
    return Task(others | tables, Policy(), dt.date(2026, 11, 30))


def pairs(tables, policy=None):
    found = find_duplicates(tables, policy or Policy())
    return [(row.left_id, row.right_id, row.because.code) for row in found.itertuples()]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Acme Inc.", "ACME"),
        ("Acme, Ltd", "ａｃｍｅ　Co., Ltd."),
        ("Müller & Söhne GmbH", "Muller and Sohne"),
        ("The Red Door Company", "Red Door"),
        ("Wei Zhang", "Zhang Wei"),
        ("北京东方科技有限公司", "北京东方"),
        ("上海星辰股份有限公司", "上海星辰集团"),
        ("長江實業（集團）有限公司", "长江实业"),
        ("廣東 華潤 有限責任公司", "广东华润"),
        ("ＡＢＣ（中国）有限公司", "abc中国"),
    ],
)
def test_names_with_one_core_are_one(left, right):
    assert name_core(left).ordered == name_core(right).ordered
    assert pairs(customers({"name": left}, {"name": right})) == [("C0", "C1", "alike-names")]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Store 12", "Store 13"),
        ("Acme", "Apex"),
        ("东方贸易有限公司", "东方实业有限公司"),
        ("Li Na", "Li Ma"),
        ("Smith Holdings Ltd", "Jones Holdings Ltd"),
    ],
)
def test_other_names_are_two(left, right):
    assert pairs(customers({"name": left}, {"name": right})) == []


def test_a_name_is_never_all_legal_form():
    assert name_core("科技有限公司").plain == "科技"
    assert name_core("Group").plain == "group"


def test_one_person_at_two_companies_is_two():
    at = {"name": "王伟"}
    assert pairs(customers(at | {"company": "东方"}, at | {"company": "西方"})) == []
    assert pairs(customers(at | {"company": "东方"}, at | {"company": "东方集团"})) == [
        ("C0", "C1", "same-name")
    ]
    assert pairs(customers(at | {"company": "东方"}, at)) == [("C0", "C1", "same-name")]


def test_two_people_of_one_company_are_two_but_the_company_itself_is_each_of_them():
    rows = (
        {"name": "Ann", "company": "Acme"},
        {"name": "Bo", "company": "Acme"},
        {"name": "Acme Inc"},
    )
    assert pairs(customers(*rows)) == [
        ("C0", "C1", "same-company"),
        ("C0", "C2", "alike-names"),
        ("C1", "C2", "alike-names"),
    ]


@pytest.mark.parametrize(
    ("left", "right", "code"),
    [
        ({"email": "Ann@ACME.com"}, {"email": " ann@acme.com"}, "same-email"),
        ({"email": "ann@acme.com"}, {"email": "bo@acme.com"}, "same-domain"),
        ({"email": "ann@qq.com"}, {"email": "ann@QQ.com"}, "same-email"),
        ({"phone": "+86 138 1234 5678"}, {"phone": "０１３８１２３４５６７８"}, "same-phone"),
        ({"phone": "0086-13812345678"}, {"phone": "138-1234-5678"}, "same-phone"),
        ({"phone": "+86 10 6552 9988 转 801"}, {"phone": "(010) 65529988"}, "same-phone"),
        ({"phone": "+44 (0)20 7946 0018"}, {"phone": "020 7946 0018 ext. 3"}, "same-phone"),
        ({"phone": "+1 (415) 555-2671"}, {"phone": "4155552671"}, "same-phone"),
        ({"phone": "010-65529988/13812345678"}, {"phone": "13812345678"}, "same-phone"),
    ],
)
def test_mail_and_telephone_tell_customers(left, right, code):
    assert pairs(customers(left, right)) == [("C0", "C1", code)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"email": "ann@gmail.com"}, {"email": "bo@gmail.com"}),
        ({"email": "ann@yahoo.co.uk"}, {"email": "bo@yahoo.co.uk"}),
        ({"email": "ann@163.com"}, {"email": "bo@163.com"}),
        ({"email": "no address"}, {"email": "no address"}),
        ({"phone": "000000000"}, {"phone": "000000000"}),
        ({"phone": "801"}, {"phone": "801"}),
        ({"phone": "13812345678"}, {"phone": "15812345678"}),
        ({}, {}),
    ],
)
def test_what_many_share_tells_nothing(left, right):
    assert pairs(customers(left, right)) == []


def test_reading_addresses_and_numbers():
    assert mail_address("Ann <Ann@Acme.com>") == "ann@acme.com"
    assert private_domain("ann@acme.com") == "acme.com"
    assert private_domain("ann@outlook.de") is None
    assert phone_numbers("13812345678、13912345678") == {"13812345678", "13912345678"}


def test_reps_share_a_domain_but_not_an_address():
    reps = [
        {"rep_id": "R1", "name": "Ann Lee", "email": "ann@us.com"},
        {"rep_id": "R2", "name": "Bo Chan", "email": "bo@us.com"},
        {"rep_id": "R3", "name": "Cy Marsh", "email": "bo@us.com"},
    ]
    assert pairs({"Reps": frame_from_rows("Reps", reps)}) == [("R2", "R3", "same-email")]


def test_products_and_leads_are_compared_by_name():
    policy = Policy(
        products=(Product(product="GTX Pro"), Product(product="GTXPro"), Product(product="MG"))
    )
    leads = [
        {"lead_id": key, "name": name}
        for key, name in (("L1", "Bright Co"), ("L2", "bright"), ("L3", "Dim"))
    ]
    assert pairs({"Leads": frame_from_rows("Leads", leads)}, policy) == [
        ("L1", "L2", "alike-names"),
        ("GTX Pro", "GTXPro", "alike-names"),
    ]


def test_the_setting_says_how_alike_is_enough():
    tables = customers({"name": "Northwind Trading"}, {"name": "Nortwind Trading"})
    assert pairs(tables) == [("C0", "C1", "alike-names")]
    assert pairs(tables, Policy(rules=Rules(duplicate_score=0.97))) == []


def test_a_crowd_of_one_domain_is_tied_to_its_first_row():
    crowd = customers(*({"email": f"p{at}@acme.com"} for at in range(40)))
    assert len(pairs(crowd)) == 39


# --- names that are short, or begin with a place --------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("深圳市腾讯科技有限公司", "騰訊科技股份有限公司"),
        ("广东省深圳市腾讯科技有限公司", "深圳腾讯"),
        ("（北京）东方贸易有限公司", "北京市東方貿易"),
        ("高志静先生", "高志静"),
        ("Mr. Kim Vale", "Vale, Kim"),
    ],
)
def test_places_scripts_forms_and_titles_make_no_other_name(left, right):
    for pair in ((left, right), (right, left)):
        assert pairs(customers({"name": pair[0]}, {"name": pair[1]})) == [
            ("C0", "C1", "alike-names")
        ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("北京东方贸易有限公司", "上海东方贸易有限公司"),
        ("广东省深圳市东方贸易", "广东省广州市东方贸易"),
    ],
)
def test_one_name_in_two_places_is_two_companies(left, right):
    assert pairs(customers({"name": left}, {"name": right})) == []


def test_a_place_is_no_name_of_its_own():
    assert placed_name("上海银行") == ("银行", ("上海",))
    assert placed_name("上海市") == ("上海市", ())
    assert placed_name("广东省深圳市腾讯") == ("腾讯", ("广东", "深圳"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("charlie", "Charlie Chapelin"),
        ("Chapelin", "Charlie Chapelin"),
        ("C. Chapelin", "Charlie Chapelin"),
        ("Chapelin, C.", "Charlie Chapelin"),
        ("Le Montrachet", "Le Montrachet Bistro"),
    ],
)
def test_a_name_that_is_short_for_one_other_name_is_a_pair_either_way(left, right):
    assert pairs(customers({"name": left}, {"name": right})) == [("C0", "C1", "short-name")]
    assert pairs(customers({"name": right}, {"name": left})) == [("C0", "C1", "short-name")]


def test_a_name_that_may_be_short_for_two_says_nothing():
    """Unless company or telephone tell which."""
    people = ({"name": "Charlie Chapelin"}, {"name": "Charlie Brown"}, {"name": "charlie"})
    assert pairs(customers(*people)) == []
    at_acme = [
        person | {"company": "Acme"} for person in ({"name": "K. Vale"}, {"name": "Kim Vale"})
    ]
    elsewhere = {"name": "Karl Vale", "company": "Other"}
    assert pairs(customers(*at_acme, elsewhere)) == [("C0", "C1", "short-name")]


# --- what speaks against a pair -------------------------------------------------------------------

KIM = {"name": "Kim Vale", "company": "Acme", "phone": "020 7946 0018", "email": "kim@acme.com"}


@pytest.mark.parametrize(
    "other",
    [
        # A colleague has the company's domain.
        {"name": "Bea Holm", "email": "bea@acme.com"},
        # A name of which every way to reach it is another.
        {"name": "Kim Vales", "phone": "020 7946 0555"},
        {"name": "Kim Vale", "phone": "020 7946 0555"},
        {"name": "Kim Vale", "company": "Other"},
        # One telephone, two names, two domains.
        {"name": "Bea Holm", "phone": "020 7946 0018", "email": "bea@holm.com"},
    ],
)
def test_two_people_are_two_though_they_share_something(other):
    assert pairs(customers(KIM, other)) == []
    assert pairs(customers(other, KIM)) == []


@pytest.mark.parametrize(
    ("other", "score"),
    [
        ({"name": "Bea Holm", "company": "ACME Inc."}, 0.6),
        ({"name": "N.N.", "company": "The Acme Ltd"}, 0.6),
        # Colleagues: the company's domain and its switchboard are theirs in common.
        ({"name": "Bea Holm", "company": "Acme", "email": "bea@acme.com"}, 0.7),
        ({"name": "Bea Vale", "company": "Acme", "email": "bea@acme.com"}, 0.7),
        ({"name": "Bea Holm", "company": "Acme", "phone": "0044-20-7946-0018"}, 0.7),
    ],
)
def test_two_contacts_of_one_company_are_always_asked_about(other, score):
    """Two reps at one customer is what a manager looks for first; that they are one nobody says."""
    strict = Policy(rules=Rules(duplicate_score=1))
    for rows in ((KIM, other), (other, KIM)):
        found = find_duplicates(customers(*rows), strict)
        (pair,) = found.itertuples()
        assert (pair.because.code, pair.score) == ("same-company", score)
    owned = (KIM | {"owner_id": "R1"}, other | {"owner_id": "R2"})
    assert pairs(customers(*owned)) == [("C0", "C1", "same-company-two-owners")]


def test_one_telephone_of_nearly_one_company_is_asked_about():
    """Though the contacts differ; one telephone of two companies is a house with two firms."""
    other = {"name": "Bea Holm", "phone": KIM["phone"]}
    kim = KIM | {"company": "Jarrow Recycling Ltd"}
    near, far = other | {"company": "Jarow Recycling"}, other | {"company": "Zephyr Bakery"}
    assert pairs(customers(kim, near)) == [("C0", "C1", "same-phone-alike-company")]
    elsewhere = far | {"email": "bea@zephyr.com"}
    assert pairs(customers(kim, elsewhere)) == []


def test_a_name_without_company_that_several_companies_know_is_one_of_them_at_most():
    bare = {"name": "Alan Hobbs"}
    firms = ("Granby Foods", "Quorn Water", "Kelso Pumps")
    found = find_duplicates(
        customers(bare, *(bare | {"company": firm} for firm in firms)), Policy()
    )
    assert [(row.left_id, row.right_id, row.score) for row in found.itertuples()] == [
        ("C0", "C1", 0.33),
        ("C0", "C2", 0.33),
        ("C0", "C3", 0.33),
    ]
    assert {row.code for row in found["because"]} == {"name-of-several"}
    assert found["because"].iloc[0].params == {"name": "Alan Hobbs", "count": 3}

    # Whom a telephone tells is known; and one company alone is a pair as ever.
    phone = {"phone": "020 7946 0018"}
    rows = (bare | phone, bare | phone | {"company": firms[0]}, bare | {"company": firms[1]})
    assert pairs(customers(*rows)) == [("C0", "C1", "same-name"), ("C0", "C2", "name-of-several")]
    assert pairs(customers(bare, bare | {"company": firms[0]})) == [("C0", "C1", "same-name")]


def test_no_warning_tells_to_merge_what_is_only_a_question():
    rows = (KIM, {"name": "Bea Holm", "company": "Acme"}, KIM | {"email": None})
    task = replace(task_with(customers(*rows)), policy=Policy())
    found = list(look_alikes(task, find_duplicates(task.tables, task.policy)))
    assert [(finding.row_key, finding.params["other"]) for finding in found] == [("C2", "C0")]


@pytest.mark.parametrize(
    ("left", "right", "code"),
    [
        (
            {"name": "吕海涛", "company": "济南凯盛纺织有限公司", "phone": "17340974158"},
            {"name": "赵雅琴", "company": "凯盛纺织有限公司", "phone": "+86 173-4097-4158"},
            "same-company",
        ),
        (
            {"name": "严俊杰", "company": "苏州嘉禾电子有限责任公司", "phone": "17795675896"},
            {"name": "严俊杰", "company": "嘉禾（苏州）电子有限责任公司"},
            "same-name",
        ),
        (
            {"name": "冯德明", "company": "济南长虹机械科技有限公司", "phone": "15164193824"},
            {"name": "冯德明", "company": "济南长元机械科技有限公司"},
            "alike-names",
        ),
        (
            {"name": "蒋立新", "company": "佛山正泰环保股份有限公司"},
            {"name": "王总", "company": "佛山正泰环保股份有限公司"},
            "same-company",
        ),
        (
            {"name": "金海燕", "company": "杭州安泰水务有限公司", "phone": "0571-88886666"},
            {"name": "金海燕", "company": "安泰水务（杭州）有限公司", "phone": "+86 571 8888 6666"},
            "same-name",
        ),
    ],
)
def test_chinese_customers_who_were_typed_twice(left, right, code):
    for rows in ((left, right), (right, left)):
        ((_, _, found),) = pairs(customers(*rows))
        assert found == code


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (
            {"name": "金海燕", "company": "北京和平机械"},
            {"name": "何玉兰", "company": "西安和平机械"},
        ),
        (
            {"name": "金海燕", "company": "北京和平机械"},
            {"name": "何玉兰", "company": "和平机械（西安）有限公司"},
        ),
        # One slip apart, and reached otherwise, elsewhere, or with another contact.
        (
            {"name": "冯德明", "company": "济南长虹机械", "phone": "15164193824"},
            {"name": "冯德明", "company": "济南长元机械", "phone": "13900001111"},
        ),
        (
            {"name": "冯德明", "company": "济南长虹机械"},
            {"name": "冯德明", "company": "青岛长元机械"},
        ),
        (
            {"name": "冯德明", "company": "济南长虹机械"},
            {"name": "何玉兰", "company": "济南长元机械"},
        ),
    ],
)
def test_chinese_customers_who_are_two(left, right):
    assert pairs(customers(left, right)) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Filter F", "Filter F+"),
        ("滤芯F", "滤芯F+"),
        ("Visual C", "Visual C#"),
        ("Controller C", "Controller D"),
        ("Seal kit L", "Seal kit XL"),
        ("Wire 1.5 mm", "Wire 15 mm"),
        ("Pump P10", "Pump P20"),
    ],
)
def test_signs_numbers_and_sizes_tell_products_apart(left, right):
    policy = Policy(products=(Product(product=left), Product(product=right)))
    assert pairs({}, policy) == []


def test_products_that_are_spelled_otherwise_are_still_named():
    policy = Policy(products=(Product(product="Filter F+"), Product(product="FILTER  Ｆ+ Ltd")))
    assert pairs({}, policy) == [("FILTER  Ｆ+ Ltd", "Filter F+", "alike-names")]


@pytest.mark.parametrize(
    "other",
    [
        KIM | {"name": "Vale, Kim", "phone": "07700 900123", "email": "k@gmail.com"},
        {"name": "K. Vale", "company": "ACME Inc"},
        {"name": "Kim Vane", "phone": "0044 20 7946 0018"},
        # One figure mistyped is no other number.
        {"name": "Kim Vales", "phone": "020 7946 0019"},
    ],
)
def test_one_person_is_one_though_something_differs(other):
    assert len(pairs(customers(KIM, other))) == 1


def test_a_company_of_one_name_with_another_telephone_is_one_but_in_another_region_two():
    acme = {"name": "Acme Dairy Ltd", "phone": "020 7946 0018", "region": "North"}
    moved = {"name": "ACME Dairy", "phone": "020 7946 0555"}
    assert len(pairs(customers(acme, moved | {"region": "north"}))) == 1
    assert pairs(customers(acme, moved | {"region": "South"})) == []


def test_three_names_on_one_telephone_make_it_a_switchboard():
    shops = ("Golden Nugget", "Stefano", "Lillie Langtry")
    rows = [{"name": name, "phone": "020 7946 0018"} for name in shops]
    assert pairs(customers(*rows[:2])) == [("C0", "C1", "same-phone")]
    assert pairs(customers(*rows)) == []
    again = {"name": "Stefano's", "phone": "020 7946 0018"}
    assert [pair[:2] for pair in pairs(customers(*rows, again))] == [("C1", "C3")]


# --- deals ----------------------------------------------------------------------------------------

STAGES = (Stage(stage="Offer", rank=1, kind="open"), Stage(stage="Won", kind="won"))


def deal_pairs(*rows):
    usual = {
        "customer_id": "C1",
        "rep_id": "R",
        "stage": "Offer",
        "name": "New mixers",
        "product": "Mixer",
        "amount": 100,
        "created_on": pd.Timestamp("2026-05-04"),
    }
    full = [{"deal_id": f"D{at}"} | usual | row for at, row in enumerate(rows)]
    found = find_duplicates({"Deals": frame_from_rows("Deals", full)}, Policy(stages=STAGES))
    return [(row.left_id, row.right_id, row.score) for row in found.itertuples()]


@pytest.mark.parametrize(
    ("other", "score"),
    [
        ({}, 0.98),
        ({"name": "NEW  mixers", "rep_id": "Other", "pipeline": "main"}, 0.98),
        ({"created_on": pd.Timestamp("2026-05-18")}, 0.98),
        ({"amount": None}, 0.9),
        ({"name": None}, 0.9),
        ({"stage": "Won"}, 0.98),
    ],
)
def test_a_deal_that_was_entered_twice_within_days_is_a_pair(other, score):
    assert deal_pairs({}, other) == [("D0", "D1", score)]
    assert deal_pairs(other, {}) == [("D0", "D1", score)]


@pytest.mark.parametrize(
    "other",
    [
        {"customer_id": "C2"},
        {"customer_id": None},
        {"name": "More mixers"},
        {"product": "Oven"},
        {"amount": 101},
        {"name": None, "product": None},
        {"pipeline": "renewals"},
        # The customer orders the same again.
        {"created_on": pd.Timestamp("2026-05-19")},
        {"created_on": None},
    ],
)
def test_another_deal_of_the_customer_is_another_deal(other):
    assert deal_pairs({}, other) == []


def test_two_won_deals_are_two_sales():
    assert deal_pairs({"stage": "Won"}, {"stage": "Won"}) == []


NAMES = st.lists(st.text(alphabet="abc 东方集团", min_size=1, max_size=8), max_size=8)


@settings(max_examples=60, deadline=None)
@given(names=NAMES, order=st.randoms(use_true_random=False))
def test_likeness_is_symmetric_and_rows_may_come_in_any_order(names, order):
    rows = [{"customer_id": f"C{at}", "name": name} for at, name in enumerate(names)]
    shuffled = rows.copy()
    order.shuffle(shuffled)
    first, second = (
        find_duplicates({"Customers": frame_from_rows("Customers", given_rows)}, Policy())
        for given_rows in (rows, shuffled)
    )
    pd.testing.assert_frame_equal(first, second)
    assert (first["left_id"] < first["right_id"]).all()
    assert first["score"].between(0, 1).all()
    cores = {name_core(name).plain for name in names}
    assert alike_names(cores, 0.5) == alike_names(sorted(cores, reverse=True), 0.5)


def _alike_pair_by_pair(names: list[str], least: float) -> dict[tuple[str, str], float]:
    """The plain way: every two names, in their order and in alphabetical order."""
    found = {}
    for one, other in combinations(sorted({name for name in names if len(name) > 1}), 2):
        sorts = (" ".join(sorted(one.split())), " ".join(sorted(other.split())))
        score = max(fuzz.ratio(one, other), fuzz.ratio(*sorts)) / 100
        if score >= least and name_core(one).numbers == name_core(other).numbers:
            found[one, other] = score
    return found


@given(
    st.lists(st.text("ab c", min_size=1, max_size=9), max_size=12),
    st.sampled_from([0.5, 0.7, 0.88, 1.0]),
)
def test_leaving_out_names_of_other_lengths_loses_no_pair(names: list[str], least: float):
    """Only pairs that cannot be alike enough are never compared."""
    cores = [name_core(name).plain for name in names]
    assert alike_names(cores, least) == pytest.approx(_alike_pair_by_pair(cores, least), abs=1e-3)
