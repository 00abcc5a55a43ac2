"""``carbonlabel schemas``: the JSON Schemas of the vocabulary as files."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.json_schema import SCHEMAS, schema_json


def export_schemas(
    out: Annotated[Path, typer.Option(help="folder to write to; made if it is not there")] = Path("schemas-json"),
) -> None:
    """Write the JSON Schema of every form: declaration, member, log entries, label claims, verdict."""
    out.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (out / f"{name}.json").write_bytes(schema_json(name))
    typer.echo(f"{len(SCHEMAS)} schemas written to {out}")
