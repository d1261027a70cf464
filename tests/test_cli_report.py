"""`salesbook report`: whose, of which period, in which form, and where to."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

from salesbook.book.reporting import Whose, _shortened, told_apart
from salesbook.book.session import Session
from salesbook.cli.app import run
from salesbook.hosts.package import open_package
from salesbook.pages.lines.context import Scope
from tests.reports.drawn import shown_in_html, shown_in_slides

AS_OF = dt.date(2026, 6, 15)
RELEASED = Path(__file__).parent / "data" / "released"


@pytest.fixture(scope="module")
def kept(tmp_path_factory, sample_book) -> Path:
    """The sample, calculated once as of a day in June."""
    book = sample_book("en", AS_OF, tmp_path_factory.mktemp("report") / "Sales.xlsm")
    words = ("--as-of", AS_OF.isoformat(), "--quiet")
    assert run(["split", str(book), *words]) == 0
    assert run(["split", str(book), "--publish", *words]) == 0
    assert run(["refresh", str(book), *words]) == 0
    return book


@pytest.fixture
def book(kept: Path, tmp_path: Path) -> Path:
    path = tmp_path / kept.name
    path.write_bytes(kept.read_bytes())
    path.chmod(0o640)
    return path


def reps(book: Path) -> dict[str, str]:
    """Names of all reps by id."""
    with open_package(book, for_writing=False) as host:
        frame = Session(host).frame("Reps")
    return dict(zip(frame["rep_id"], frame["name"], strict=True))


def test_a_report_is_an_html_file_beside_the_workbook(book, salesbook):
    """Of the company and the running month; a second one gets a name of its own."""
    documents = [salesbook("report", book, "--json").document for _ in range(2)]
    assert [document["period"] for document in documents] == ["2026-06", "2026-06"]
    paths = [Path(document["reports"][0]["path"]) for document in documents]
    assert [path.name for path in paths] == [
        "Sales Whole company 2026-06.html",
        "Sales Whole company 2026-06 (2).html",
    ]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert "June 2026" in shown_in_html(paths[0].read_bytes())


def test_a_report_changes_no_workbook(book, salesbook):
    """It only reads."""
    before = book.read_bytes()
    assert salesbook("report", book, "--quiet").code == 0
    assert book.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_who_may_not_read_the_workbook_may_not_read_its_report(book, salesbook):
    """Pay stands in it."""
    path = Path(salesbook("report", book, "--json").document["reports"][0]["path"])
    assert path.stat().st_mode & 0o137 == 0


def test_a_text_goes_to_stdout(book, salesbook):
    """Ten lines, to be pasted; the same as in a file and in JSON."""
    shown = salesbook("report", book, "--text")
    assert (shown.code, len(shown.out.splitlines())) == (0, 10)
    path = book.with_name("mail.txt")
    assert salesbook("report", book, "--text", "--out", path).code == 0
    assert path.read_text(encoding="utf-8") == shown.out
    document = salesbook("report", book, "--text", "--json").document
    assert document["reports"][0]["text"] == shown.out


def test_it_says_what_stands_in_the_workbook(book, salesbook):
    """A row typed after the run is no part of it: report and workbook do not contradict each other."""
    before = salesbook("report", book, "--text").out
    rows = book.with_name("rows.csv")
    head = "Deal ID,Customer ID,Rep ID,Amount,Stage,Created on,Closed on"
    rows.write_text(f"{head}\nD9999,C001,R15,99999999,Won,2026-06-01,2026-06-14\n")
    assert salesbook("import", book, rows, "--into", "Deals", "--quiet").code == 0
    assert salesbook("report", book, "--text").out == before


def test_another_language(book, salesbook):
    """Words and, as far as they are ours, sentences."""
    shown = salesbook("report", book, "--text", "--lang", "zh-CN").out
    assert shown.startswith("全公司 · 销售报告 · 2026年6月\n")
    assert "完成目标" in shown.splitlines()[1]


@pytest.mark.parametrize("typed", ["FY2026-Q2", "2026-q2", "Q2 2026"])
def test_a_period_has_several_names(typed, book, salesbook):
    """As a code, in short, and as people call it."""
    assert salesbook("report", book, "--period", typed, "--json").document["period"] == "FY2026-Q2"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--for", "rep"], "report-whose"),
        (["--for", "team"], "report-whose"),
        (["--for", "rep", "--who", "Nobody At All"], "report-no-rep"),
        (["--for", "team", "--who", "Nowhere"], "report-no-team"),
        (["--who", "R01"], "report-who-of-company"),
        (["--for", "rep", "--who", "R01", "--split-by", "rep"], "report-split-one"),
        (["--period", "2019-01"], "report-no-period"),
        (["--html", "--pdf"], "report-one-format"),
        (["--pdf", "--out", "x.html"], "report-other-kind"),
    ],
)
def test_words_that_do_not_fit_are_refused(words, code, book, salesbook):
    """With exit code 2, and nothing is written."""
    before = sorted(book.parent.iterdir())
    done = salesbook("report", book, *words, "--json")
    assert (done.code, done.document["error"]["code"]) == (2, code)
    assert sorted(book.parent.iterdir()) == before


def test_a_mistyped_name_is_answered_with_the_nearest(book, salesbook):
    """Somebody may have left out a letter."""
    name = reps(book)["R15"]
    for typed in (name[:-1], name.split()[0], name.split()[0][:-1]):
        assert name in salesbook("report", book, "--for", "rep", "--who", typed).err


def test_a_name_that_two_share_is_refused(book, salesbook):
    """With both, told apart; the id says which."""
    first, second = "R14", "R15"
    rows = book.with_name("rows.csv")
    rows.write_text(f"Rep ID,Name\n{first},Wang Wei\n{second},Wang Wei\n")
    assert salesbook("import", book, rows, "--into", "Reps", "--quiet").code == 0
    assert salesbook("refresh", book, "--as-of", AS_OF, "--quiet").code == 0
    refused = salesbook("report", book, "--for", "rep", "--who", "wang wei")
    assert refused.code == 2
    assert f"Wang Wei ({first}), Wang Wei ({second})" in refused.err
    assert salesbook("report", book, "--for", "rep", "--who", second.lower()).code == 0


def test_nothing_is_written_over(book, salesbook):
    """A file of that name, and a folder with something in it, end the command with 18."""
    taken = book.with_name("taken.html")
    taken.write_text("mine")
    assert salesbook("report", book, "--out", taken).code == 18
    assert salesbook("report", book, "--split-by", "rep", "--out", book.parent).code == 18
    assert taken.read_text() == "mine"


@pytest.mark.parametrize(("kind", "module"), [("pdf", "typst"), ("pptx", "pptx")])
def test_without_its_extra(kind, module, book, salesbook, monkeypatch):
    """A form whose library is missing ends with 2 and the command to type; HTML needs none."""
    for name in [name for name in sys.modules if name.startswith("salesbook.reports.")]:
        if name.rpartition(".")[2] in ("pdf", "slides", "slide_parts", "slide_charts"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    refused = salesbook("report", book, f"--{kind}")
    assert refused.code == 2
    assert 'pip install "salesbook[report]"' in refused.err
    assert salesbook("report", book, "--html", "--quiet").code == 0


@pytest.mark.parametrize(("kind", "suffix"), [("html", ".html"), ("pptx", ".pptx")])
def test_one_report_per_rep_without_other_peoples_names(kind, suffix, book, salesbook):
    """A folder with a file each, in which no colleague is named."""
    folder = book.with_name("reports")
    done = salesbook("report", book, "--split-by", "rep", f"--{kind}", "--out", folder, "--json")
    written = done.document["reports"]
    everybody = reps(book)
    assert len(written) == len(list(folder.iterdir())) > 5
    show = shown_in_html if kind == "html" else shown_in_slides
    for report in written:
        path = Path(report["path"])
        assert path.suffix == suffix
        shown = show(path.read_bytes())
        assert everybody[report["scope"]] in shown
        others = {name for rep, name in everybody.items() if rep != report["scope"]}
        assert not [name for name in others if name in shown]


def test_files_whose_names_systems_take_for_one_have_the_reps_ids():
    """A number would not tell whose report is whose; a name of dots would be none."""
    names = {"R1": "x/y", "R2": "X:Y", "R3": "Ann Lee", "R4": ".."}
    everybody = [Whose(Scope("rep", rep), name) for rep, name in names.items()]
    company = Whose(Scope("company", "company"), "")
    assert [whose.name for whose in told_apart([*everybody, company])] == [
        "x/y (R1)",
        "X:Y (R2)",
        "Ann Lee",
        ".. (R4)",
        "",
    ]


def test_a_team_can_be_split_too(book, salesbook):
    """Only its own reps."""
    team = salesbook("report", book, "--for", "team", "--who", "south", "--json").document
    assert team["reports"][0]["scope"] == "South"
    words = ("--for", "team", "--who", "South", "--split-by", "rep", "--json")
    reports = salesbook("report", book, *words).document["reports"]
    everybody = salesbook("report", book, "--split-by", "rep", "--json").document["reports"]
    assert 0 < len(reports) < len(everybody)


@pytest.mark.parametrize("release", ["0.1.0-en", "0.2.0-zh-CN"])
def test_an_older_workbook_has_a_report_too(release, tmp_path, salesbook):
    """Of its tables as they stand; its forecasts meant something else, and are left out."""
    book = tmp_path / "Old.xlsm"
    book.write_bytes(RELEASED.joinpath(f"{release}.xlsm").read_bytes())
    before = book.read_bytes()
    shown = salesbook("report", book, "--text").out
    words = ("Target", "Landing 0") if release.endswith("en") else ("目标", "预计完成 0")
    assert (words[0] in shown, words[1] in shown) == (True, False)
    assert book.read_bytes() == before


def test_an_empty_workbook_has_a_report_too(tmp_path, salesbook):
    """It says the first step, and that nothing was calculated yet."""
    book = tmp_path / "New.xlsm"
    assert salesbook("new", book, "--quiet").code == 0
    shown = salesbook("report", book, "--text").out
    assert "Type a target for the year" in shown
    assert "has not been calculated yet" in shown
    empty = salesbook("report", book, "--split-by", "rep")
    assert (empty.code, "no report was made" in empty.err) == (0, True)
    assert [path.name for path in tmp_path.iterdir()] == ["New.xlsm"]


@pytest.mark.parametrize(
    ("name", "most", "shown"),
    [
        ("Ann Lee", 20, "Ann Lee"),
        ("Maximiliana Featherstonehaugh", 11, "Maximiliana"),
        ("Maximiliana Featherstonehaugh (R07)", 17, "Maximiliana (R07)"),
        ("A (B)", 3, "A ("),
    ],
)
def test_a_long_name_gives_way_and_its_id_does_not(name, most, shown):
    assert _shortened(name, most) == shown


def test_however_long_a_name_is_its_report_says_of_which_period_it_is(tmp_path, salesbook):
    """Two months of one rep are two files."""
    book = tmp_path / f"{'Long ' * 30}.xlsm"
    assert salesbook("new", book, "--lang", "en").code == 0
    people = tmp_path / "people.csv"
    people.write_text(f"Name,Team\n{'Very long name ' * 12},North\n", encoding="utf-8")
    assert salesbook("import", book, people, "--into", "Reps").code == 0
    sales = tmp_path / "orders.csv"
    sales.write_text(
        f"Order ID,Customer,Rep,Ordered on,Amount\nO1,Acme,{'Very long name ' * 12},2026-06-10,500\n",
        encoding="utf-8",
    )
    done = salesbook("import", book, sales, "--into", "Orders", "--add-missing")
    assert done.code == 0, done.err
    assert salesbook("refresh", book, "--as-of", AS_OF, "-q").code == 0
    for words in ((), ("--split-by", "rep")):
        (report,) = salesbook("report", book, *words, "--json").document["reports"]
        assert f"{AS_OF:%Y-%m}" in Path(report["path"]).name


def test_a_rep_page_of_nobody_is_no_split(tmp_path, salesbook):
    """`show` has no such option: it says what is missing."""
    book = tmp_path / "Empty.xlsm"
    assert salesbook("new", book, "--lang", "en").code == 0
    refused = salesbook("show", book, "RepPage")
    assert refused.code == 2
    assert "--split-by" not in refused.err
    assert "Team" in refused.err


def test_a_reps_report_traces_his_pay_to_the_cent(book, salesbook):
    """Every line of Commission of the month stands in it, and they come to the statement."""
    with open_package(book, for_writing=False) as host:
        session = Session(host)
        commission, statements = session.frame("Commission"), session.frame("Statements")
    of_month = commission[(commission["period"] == "2026-05") & commission["order_id"].notna()]
    rep = str(of_month["rep_id"].iloc[0])
    words = ("--for", "rep", "--who", rep, "--period", "2026-05", "--json")
    page = shown_in_html(
        Path(salesbook("report", book, *words).document["reports"][0]["path"]).read_bytes()
    )
    own = of_month[of_month["rep_id"] == rep]
    assert all(order in page for order in own["order_id"])
    is_his = (statements["rep_id"] == rep) & (statements["period"] == "2026-05")
    [paid] = statements.loc[is_his, "paid"]
    assert f"Payable for May 2026 {paid / 100:,.2f}" in " ".join(page.split())
