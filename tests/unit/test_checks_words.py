"""Every finding of the checks has its words in both languages, and they lead back to the code."""

import ast
import re
from pathlib import Path

import pytest

import salesbook.domain
from salesbook.labels import LANGUAGES
from salesbook.labels.messages import templates

DOMAIN = Path(salesbook.domain.__file__).parent
CODE = re.compile(r"[a-z]+(-[a-z]+)+")
NO_FINDINGS = {"google-mail", "zh-cn"}


def codes_of(path):
    """String constants of a module that look like codes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


READING = DOMAIN.parent / "reading"
MODULES = sorted([*(DOMAIN / "checks").glob("*.py"), *READING.glob("*.py")])
for of_pairs in ("duplicates", "alike_customers", "alike_deals", "customers_in_question"):
    # They say why in sentences of Duplicates, not in findings.
    MODULES.remove(DOMAIN / f"checks/{of_pairs}.py")


def test_both_rooms_in_which_findings_arise_are_looked_at():
    stems = {module.stem for module in MODULES}
    assert {"settings_checks", "references", "stage_references", "faults"} <= stems


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_code_has_its_two_sentences(module, language):
    known = templates(language)
    missing = {code for code in codes_of(module) - NO_FINDINGS if f"{code}.expected" not in known}
    assert missing == set()


def test_both_languages_have_the_same_codes_and_slots():
    english, chinese = (templates(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    slots = re.compile(r"\{\w+(?::\w+)?\}")
    differing = [
        code
        for code, text in english.items()
        if sorted(slots.findall(text)) != sorted(slots.findall(chinese[code]))
    ]
    assert differing == []
