"""What do tables, verbs, settings, findings and refusals mean? The reference pages, made of their
sources.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from salesbook import labels
from salesbook.actions import ACTIONS
from salesbook.labels import LANGUAGES, Language, word, words
from salesbook.labels.messages import fill, templates
from salesbook.policy import default_setting, expected_setting
from salesbook.tables import TABLES, FieldSpec, TableSpec
from salesbook.tables.settings import Rules
from udfs import ANSWERS
from workbook.build.exits import exits_by_code

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "made": "Made from the sources by `python dev.py build`; do not edit.",
        "tables": "Tables",
        "actions": "Verbs",
        "settings": "Settings",
        "findings": "Findings",
        "errors": "Refusals",
        "functions": "Worksheet functions",
        "field_row": "Field | Header | Kind | Needed | Meaning",
        "action_row": "Verb | What it does | Reads | Writes",
        "setting_row": "Key | Setting | Default | Takes | Meaning",
        "finding_row": "Code | Expected | What to do",
        "error_row": "Exit | Code | Message | What to do",
        "argument_row": "Argument | Meaning",
        "optional": "may be left out",
        "example": "Example",
        "gives": "gives",
        "key": "key",
        "yes": "yes",
        "to": "refers to",
    },
    "zh-CN": {
        "made": "由 `python dev.py build` 根据源文件生成，请勿手工修改。",
        "tables": "数据表",
        "actions": "命令",
        "settings": "设置",
        "findings": "检查问题",
        "errors": "拒绝",
        "functions": "工作表函数",
        "field_row": "字段 | 标题 | 类型 | 必填 | 含义",
        "action_row": "命令 | 作用 | 读取 | 写入",
        "setting_row": "键 | 设置项 | 默认值 | 取值 | 含义",
        "finding_row": "代码 | 应为 | 处理办法",
        "error_row": "退出码 | 代码 | 消息 | 处理办法",
        "argument_row": "参数 | 含义",
        "optional": "可省略",
        "example": "示例",
        "gives": "结果",
        "key": "键",
        "yes": "是",
        "to": "引用",
    },
}


def pages(language: Language) -> dict[str, str]:
    """Every reference page of a language by file name."""
    say = _WORDS[language]
    made = {
        "tables": _tables(language),
        "actions": _actions(language),
        "settings": _settings(language),
        "findings": _findings(language),
        "errors": _errors(language),
        "functions": _functions(language),
    }
    return {
        f"{name}.md": "\n".join([f"# {say[name]}", "", say["made"], "", *lines]) + "\n"
        for name, lines in made.items()
    }


def _grid(header: str, rows: Iterator[list[str]]) -> Iterator[str]:
    columns = header.split(" | ")
    yield f"| {header} |"
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def _tables(language: Language) -> Iterator[str]:
    for spec in TABLES.values():
        yield f"## {spec.name} · {labels.sheet_name(spec.name, language)}"
        yield ""
        yield labels.table_note(spec.name, language)
        yield ""
        yield from _grid(
            _WORDS[language]["field_row"], (_field(spec, one, language) for one in spec.fields)
        )
        yield ""


def _field(spec: TableSpec, one: FieldSpec, language: Language) -> list[str]:
    say = _WORDS[language]
    kind = one.kind.value
    if one.choices:
        owner = f"{spec.name}.{one.name}"
        kind = ", ".join(f"`{code}` {labels.choice(owner, code, language)}" for code in one.choices)
        kind = one.kind.value if spec.name == "Policy" else kind
    if one.ref:
        kind += f" ({say['to']} {one.ref})"
    needed = say["key"] if one.key else say["yes"] if one.required else ""
    header = labels.header(spec.name, one.name, language)
    return [f"`{one.name}`", header, kind, needed, labels.field_note(spec.name, one.name, language)]


def _actions(language: Language) -> Iterator[str]:
    yield from _grid(
        _WORDS[language]["action_row"],
        (
            [
                f"`{action.name}`",
                word("cli", f"help.{action.name}", language),
                ", ".join(action.reads),
                ", ".join(action.writes),
            ]
            for action in ACTIONS.values()
        ),
    )


def _settings(language: Language) -> Iterator[str]:
    yield from _grid(
        _WORDS[language]["setting_row"],
        (
            [
                f"`{key}`",
                labels.choice("Policy.key", key, language),
                str(default_setting(key)),
                fill(
                    "{takes:setting}", {"takes": f"Policy.{key}={expected_setting(key)}"}, language
                ),
                labels.setting_note(key, language),
            ]
            for key in Rules.model_fields
        ),
    )


def _findings(language: Language) -> Iterator[str]:
    known = templates(language)
    codes = sorted(code.removesuffix(".expected") for code in known if code.endswith(".expected"))
    yield from _grid(
        _WORDS[language]["finding_row"],
        ([f"`{code}`", known[f"{code}.expected"], known[f"{code}.advice"]] for code in codes),
    )


def _errors(language: Language) -> Iterator[str]:
    exits = exits_by_code()
    yield from _grid(
        _WORDS[language]["error_row"],
        (
            [", ".join(map(str, exits[code])), f"`{code}`", said["message"], said["advice"]]
            for code, said in words("errors", language).items()
        ),
    )


def _functions(language: Language) -> Iterator[str]:
    say = _WORDS[language]
    told = words("functions", language)["functions"]
    for name, answer in ANSWERS.items():
        one = told[name]
        parameters = inspect.signature(answer).parameters
        yield f"## {name}({', '.join(parameters)})"
        yield ""
        yield one["text"]
        yield ""
        rows = (
            [
                f"`{argument}`" + ("" if may.default is may.empty else f" ({say['optional']})"),
                meaning,
            ]
            for (argument, may), meaning in zip(
                parameters.items(), one["arguments"].values(), strict=True
            )
        )
        yield from _grid(say["argument_row"], rows)
        yield ""
        answers = "; ".join(", ".join(str(cell) for cell in row) for row in one["expected"])
        yield f"{say['example']}: `{one['example']}` {say['gives']} {answers}"
        yield ""


def main() -> None:
    """Write every page of both languages."""
    for language in LANGUAGES:
        folder = FOLDER / language
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages(language).items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
