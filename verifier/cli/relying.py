"""Options of whoever relies on a bundle and asks for witnesses of their own, beside those that its root asks for."""

from typing import Annotated

import typer

from keys import KeysError
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

WitnessOption = Annotated[
    list[str] | None,
    typer.Option("--witness", metavar="VKEY", help="a witness that you trust; all given must have cosigned the log"),
]
ThresholdOption = Annotated[
    int | None, typer.Option("--witness-threshold", min=1, metavar="K", help="with --witness: so many are enough")
]


def asked_for(vkeys: list[str] | None, threshold: int | None) -> WitnessPolicy:
    """The policy that the two options give; where they give none, a sentence, and the end of the command."""
    if not vkeys and threshold is None:
        return NO_WITNESSES
    try:
        return WitnessPolicy.of(vkeys or (), len(set(vkeys or ())) if threshold is None else threshold)
    except (ValueError, KeysError) as problem:
        typer.echo(f"--witness: {problem}", err=True)
        raise typer.Exit(2) from None
