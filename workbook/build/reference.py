"""What do tables, verbs, settings, findings and refusals mean? The pages made of their sources."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from salesbook import labels
from salesbook.actions import ACTIONS, Action
from salesbook.labels import LANGUAGES, Language, word, words
from salesbook.labels.messages import fill, templates
from salesbook.policy import default_setting, expected_setting
from salesbook.tables import TABLES, FieldSpec, TableSpec
from salesbook.tables.settings import Rules
from udfs import ANSWERS
from workbook.build.exits import exits_by_code
from workbook.build.rules_found import rules_found

_ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = _ROOT / "docs" / "reference"
READMES: Final[dict[Language, Path]] = {
    "en": _ROOT / "README.md",
    "zh-CN": _ROOT / "README.zh-CN.md",
}
VERBS_START: Final = "<!-- verbs -->\n"
VERBS_END: Final = "<!-- /verbs -->"

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "made": "Made from the sources by `python dev.py build`; do not edit.",
        "tables": "Tables",
        "actions": "Verbs",
        "settings": "Settings",
        "rules": "What is checked",
        "findings": "Findings",
        "errors": "Refusals",
        "functions": "Worksheet functions",
        "field_row": "Field | Header | Kind | Needed | Meaning",
        "verb_row": "Verb | What it does",
        "action_row": "Verb | What it does | Options | Reads | Writes",
        "setting_row": "Key | Setting | Default | Takes | Meaning",
        "rule_row": "Finding | Code | Severity | Where | Expected | What to do",
        "finding_row": "Code | Expected | What to do",
        "either": "error or warning",
        "anywhere": "any sheet",
        "error_row": "Exit | Code | Message | What to do",
        "argument_row": "Argument | Meaning",
        "optional": "may be left out",
        "example": "Example",
        "gives": "gives",
        "key": "key",
        "yes": "yes",
        "yours": "yours",
        "to": "refers to",
    },
    "zh-CN": {
        "made": "由 `python dev.py build` 根据源文件生成，请勿手工修改。",
        "tables": "数据表",
        "actions": "命令",
        "settings": "设置",
        "rules": "检查规则",
        "findings": "检查问题",
        "errors": "拒绝",
        "functions": "工作表函数",
        "field_row": "字段 | 标题 | 类型 | 必填 | 含义",
        "verb_row": "命令 | 作用",
        "action_row": "命令 | 作用 | 选项 | 读取 | 写入",
        "setting_row": "键 | 设置项 | 默认值 | 取值 | 含义",
        "rule_row": "问题 | 代码 | 级别 | 位置 | 应为 | 处理办法",
        "finding_row": "代码 | 应为 | 处理办法",
        "either": "错误或警告",
        "anywhere": "任何工作表",
        "error_row": "退出码 | 代码 | 消息 | 处理办法",
        "argument_row": "参数 | 含义",
        "optional": "可省略",
        "example": "示例",
        "gives": "结果",
        "key": "键",
        "yes": "是",
        "yours": "由您填写",
        "to": "引用",
    },
}


def pages(language: Language) -> dict[str, str]:
    """Every reference page of a language by file name."""
    say = _WORDS[language]
    lines_of_page = {
        "tables": _tables(language),
        "actions": _actions(language),
        "settings": _settings(language),
        "rules": _rules(language),
        "findings": _findings(language),
        "errors": _errors(language),
        "functions": _functions(language),
    }
    return {
        f"{name}.md": "\n".join([f"# {say[name]}", "", say["made"], "", *lines]) + "\n"
        for name, lines in lines_of_page.items()
    }


def _grid(header: str, rows: Iterable[list[str]]) -> Iterator[str]:
    columns = header.split(" | ")
    yield f"| {header} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        cells = [cell.replace("|", "\\|").replace("\n", " ") for cell in row]
        yield "| " + " | ".join(cells) + " |"


def _tables(language: Language) -> Iterator[str]:
    for spec in TABLES.values():
        yield f"## {spec.name} · {labels.sheet_name(spec.name, language)}"
        yield ""
        yield labels.table_note(spec.name, language)
        yield ""
        rows = (_field(spec, field, language) for field in spec.fields)
        yield from _grid(_WORDS[language]["field_row"], rows)
        yield ""


def _field(spec: TableSpec, field: FieldSpec, language: Language) -> list[str]:
    """A field as a row of its table's page."""
    return [
        f"`{field.name}`",
        labels.header(spec.name, field.name, language),
        _kind(spec, field, language),
        _needed(field, language),
        labels.field_note(spec.name, field.name, language),
    ]


def _kind(spec: TableSpec, field: FieldSpec, language: Language) -> str:
    """What a field's cells hold: its kind, or its choices by code and label."""
    kind = field.kind.value
    # The keys of Policy have a page of their own.
    if field.choices and spec.name != "Policy":
        owner = f"{spec.name}.{field.name}"
        choices = [f"`{code}` {labels.choice(owner, code, language)}" for code in field.choices]
        kind = ", ".join(choices)
    if field.ref:
        kind += f" ({_WORDS[language]['to']} {field.ref})"
    return kind


def _needed(field: FieldSpec, language: Language) -> str:
    if field.yours:
        return _WORDS[language]["yours"]
    if field.key:
        return _WORDS[language]["key"]
    return _WORDS[language]["yes"] if field.required else ""


def verb_rows(language: Language) -> Iterator[str]:
    """The verbs with what each does, as the READMEs show them."""
    rows = ([f"`{action.name}`", _help(action, language)] for action in ACTIONS.values())
    return _grid(_WORDS[language]["verb_row"], rows)


def with_verbs(readme: str, language: Language) -> str:
    """A README with its table of verbs made anew, between the two comments that mark it."""
    before, _, rest = readme.partition(VERBS_START)
    _, _, after = rest.partition(VERBS_END)
    table = "\n".join(verb_rows(language))
    return f"{before}{VERBS_START}{table}\n{VERBS_END}{after}"


def _help(action: Action, language: Language) -> str:
    return word("cli", f"help.{action.name}", language)


def _actions(language: Language) -> Iterator[str]:
    rows = (
        [
            f"`{action.name}`",
            _help(action, language),
            ", ".join(f"`{option.flag}`" for option in action.options),
            ", ".join(action.reads),
            ", ".join(action.writes),
        ]
        for action in ACTIONS.values()
    )
    return _grid(_WORDS[language]["action_row"], rows)


def _settings(language: Language) -> Iterator[str]:
    rows = (_setting(key, language) for key in Rules.model_fields)
    return _grid(_WORDS[language]["setting_row"], rows)


def _setting(key: str, language: Language) -> list[str]:
    takes = {"takes": f"Policy.{key}={expected_setting(key)}"}
    return [
        f"`{key}`",
        labels.choice("Policy.key", key, language),
        str(default_setting(key)),
        fill("{takes:setting}", takes, language),
        labels.setting_note(key, language),
    ]


def _findings(language: Language) -> Iterator[str]:
    texts = templates(language)
    codes = [code.removesuffix(".expected") for code in texts if code.endswith(".expected")]
    rows = []
    for code in sorted(codes):
        rows.append([f"`{code}`", texts[f"{code}.expected"], texts[f"{code}.advice"]])
    return _grid(_WORDS[language]["finding_row"], rows)


def _rules(language: Language) -> Iterator[str]:
    """Every rule that Checks may name, in the order of the words: as severe as the code makes it."""
    texts = templates(language)
    rows = []
    for code, rule in rules_found().items():
        severity = _WORDS[language]["either"]
        if rule.severity:
            severity = labels.choice("Checks.severity", rule.severity, language)
        row = [labels.choice("Checks.code", code, language), f"`{code}`", severity]
        where = _places(rule.places, language) or _WORDS[language]["anywhere"]
        rows.append([*row, where, texts[f"{code}.expected"], texts[f"{code}.advice"]])
    return _grid(_WORDS[language]["rule_row"], rows)


def _places(places: Iterable[str], language: Language) -> str:
    """Columns and sheets as people call them, in the order of the sheets."""
    in_order = sorted(
        places, key=lambda place: (list(TABLES).index(place.partition(".")[0]), place)
    )
    named = []
    for place in in_order:
        table, _, name = place.partition(".")
        sheet = labels.sheet_name(table, language)
        named.append(f"{sheet}: {labels.header(table, name, language)}" if name else sheet)
    return "; ".join(named)


def _errors(language: Language) -> Iterator[str]:
    exits = exits_by_code()
    rows = []
    for code, texts in words("errors", language).items():
        numbers = ", ".join(map(str, exits[code]))
        rows.append([numbers, f"`{code}`", texts["message"], texts["advice"]])
    return _grid(_WORDS[language]["error_row"], rows)


def _functions(language: Language) -> Iterator[str]:
    texts = words("functions", language)["functions"]
    for name, function in ANSWERS.items():
        parameters = inspect.signature(function).parameters
        yield f"## {name}({', '.join(parameters)})"
        yield ""
        yield texts[name]["text"]
        yield ""
        rows = _arguments(parameters, texts[name]["arguments"], language)
        yield from _grid(_WORDS[language]["argument_row"], rows)
        yield ""
        yield _example(texts[name], language)
        yield ""


def _arguments(
    parameters: Mapping[str, inspect.Parameter], meanings: Mapping[str, str], language: Language
) -> Iterator[list[str]]:
    """Each argument as formulas call it, and what it means in the language."""
    optional = f" ({_WORDS[language]['optional']})"
    for parameter, meaning in zip(parameters.values(), meanings.values(), strict=True):
        may_be_left_out = parameter.default is not parameter.empty
        yield [f"`{parameter.name}`" + (optional if may_be_left_out else ""), meaning]


def _example(texts: Mapping[str, Any], language: Language) -> str:
    say = _WORDS[language]
    answer = "; ".join(", ".join(map(str, row)) for row in texts["expected"])
    return f"{say['example']}: `{texts['example']}` {say['gives']} {answer}"


def main() -> None:
    """Write every page of both languages, and the READMEs' tables of verbs."""
    for language in LANGUAGES:
        folder = FOLDER / language
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(language).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")

    for language, readme in READMES.items():
        text = with_verbs(readme.read_text(encoding="utf-8"), language)
        readme.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
