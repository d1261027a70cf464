"""What did somebody mistype on the command line, and what may be meant instead?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from salesbook.errors import UsageError
from salesbook.names.nearest import nearest_known


class Commands(click.Group):
    """Commands, of which a mistyped one is answered with the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names. Raises: UsageError."""
        typed = args[0]
        is_option = typed.startswith("-")
        if not is_option and self.get_command(ctx, typed) is None:
            raise UsageError("no-such-command", found=typed, nearest=_like(typed, self.commands))
        return super().resolve_command(ctx, args)


class OneOf(click.Choice[str]):
    """One word of a few; a mistyped one is answered with the nearest and with all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the word as it is. Raises: UsageError for another."""
        if value in self.choices:
            return super().convert(value, param, ctx)
        raise UsageError(
            "no-such-word",
            where=param.opts[0] if param else "",
            found=value,
            nearest=_like(str(value), self.choices),
            known=tuple(self.choices),
        )


def usage_error(mistake: click.ClickException) -> UsageError:
    """Put what click finds wrong into a refusal of ours."""
    if isinstance(mistake, click.NoSuchOption) and mistake.ctx is not None:
        command = mistake.ctx.command
        flags = [flag for parameter in command.params for flag in parameter.opts]
        options = [flag for flag in flags if flag.startswith("--")]
        return UsageError(
            "no-such-option",
            where=mistake.ctx.command_path,
            found=mistake.option_name,
            nearest=_like(mistake.option_name, options),
        )
    return UsageError("usage", where="salesbook", found=mistake.format_message())


def _like(typed: str, known: Iterable[str]) -> tuple[str, ...]:
    return nearest_known(typed, {name: name for name in known})
