"""Commands that are loaded when they are called. Until then a command is a name, a place and what the list says of it.

So each command pays at its start for its own part alone, and the list of all of them for none.
"""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand
from typer.main import get_command

_PARTS = ("registry", "verifier", "keys", "schemas")


class Later(NamedTuple):
    """A command that is loaded when it is called."""

    place: str
    """Of its function: ``module:function``."""
    summary: str
    """The first paragraph of its docstring."""
    extra: str = "registry"
    """What brings the packages that it needs, where a plain installation does not."""


def add_later(app: typer.Typer, commands: Mapping[str, Later], *, hidden: bool = False) -> None:
    """Adds commands by their names. The callback of each gives the command's function, and loads it."""
    for name, command in commands.items():
        app.command(name, cls=_StandIn, help=command.summary, hidden=hidden)(_loader(command))


def _loader(command: Later) -> Callable[[], Callable[..., None]]:
    def load() -> Callable[..., None]:
        try:
            return resolve_name(command.place)
        except ModuleNotFoundError as missing:
            if (missing.name or "").split(".")[0] in _PARTS:
                raise
            typer.echo(f"this command needs an extra: pip install 'carbonlabel[{command.extra}]'", err=True)
            raise typer.Exit(2) from None

    return load


class _StandIn(TyperCommand):
    """Stands in the list for a command, and gives way to it when it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself: its options, its help, its function."""
        assert self.callback is not None
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(self.callback())
        return get_command(alone).make_context(info_name, args, parent, **extra)
