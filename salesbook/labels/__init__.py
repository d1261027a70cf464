"""Every word a user sees, in each language, looked up in both directions.

The words stand in `<language>/*.toml`, one file a subject: `tables` (sheets, headers, notes,
choices), `messages_*` (what the domain says), `findings_*`, `errors`, a file for each face (`cli`,
`macros`, `ribbon`, `functions`, `setup`), `book` (what only the built workbook shows). A file is
read when its first word is asked for.
"""

from salesbook.labels.messages import message_of, sentence
from salesbook.labels.names import (
    choice,
    choices_like,
    code_of_choice,
    field_label,
    field_note,
    field_of_header,
    fields_like,
    former_choices,
    header,
    is_former_header,
    known_names,
    left_in_sheets,
    left_in_tables,
    setting_note,
    sheet_name,
    table_note,
    table_of_name,
    tables_like,
)
from salesbook.labels.words import LANGUAGES, Language, language_of, word, words

__all__ = [
    "LANGUAGES",
    "Language",
    "choice",
    "choices_like",
    "code_of_choice",
    "field_label",
    "field_note",
    "field_of_header",
    "fields_like",
    "former_choices",
    "header",
    "is_former_header",
    "known_names",
    "language_of",
    "left_in_sheets",
    "left_in_tables",
    "message_of",
    "sentence",
    "setting_note",
    "sheet_name",
    "table_note",
    "table_of_name",
    "tables_like",
    "word",
    "words",
]
