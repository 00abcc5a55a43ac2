"""``carbonlabel verify``: a few labels, in a terminal or a script."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console

from schemas.gs1 import InvalidGs1, parse_gln, parse_gtin
from schemas.verdict import Verdict, VerdictCode
from verifier.bundle import BundleError
from verifier.cli.relying import ThresholdOption, WitnessOption, asked_for
from verifier.cli.show import verdict_lines
from verifier.verifier import Verifier
from verifier.witness.policy import WitnessPolicy

Judge = Callable[[str], Verdict]
_TIMEOUT = 10.0


def verify(
    labels: Annotated[list[str], typer.Argument(help="label texts as scanned; - reads one a line from standard input")],
    bundle: Annotated[
        Path | None, typer.Option(help="folder of the registry's bundle: verify without a network")
    ] = None,
    registry: Annotated[str | None, typer.Option(help="URL of a registry: ask it")] = None,
    expect: Annotated[str | None, typer.Option(help="GTIN or GLN that the labels should be for")] = None,
    max_age: Annotated[
        float | None,
        typer.Option(min=0, max=1_000_000, metavar="HOURS", help="with --bundle: stop if it was signed longer ago"),
    ] = None,
    witness: WitnessOption = None,
    witness_threshold: ThresholdOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Say of each label whether it is genuine, what it declares and whether it still stands.

    Exit code 0: all are valid; 1: some are not; 2: could not check.
    """
    if (bundle is None) == (registry is None):
        _stop("give --bundle DIR to verify without a network, or --registry URL to ask a registry")
    if bundle is None and max_age is not None:
        _stop("--max-age is about the age of a bundle: give it with --bundle DIR")
    if bundle is None and witness:
        _stop("--witness is about the log of a bundle: give it with --bundle DIR")
    witnesses = asked_for(witness, witness_threshold)
    if expect is not None:
        _check_expectation(expect)
    good = True
    judging = _online(registry or "", expect) if bundle is None else _offline(bundle, max_age, witnesses, expect)
    with judging as judge:
        for label in _texts(labels):
            verdict = judge(label)
            good = good and verdict.verdict is VerdictCode.VALID
            _show(verdict, as_json)
    raise typer.Exit(0 if good else 1)


def _show(verdict: Verdict, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(verdict) + b"\n")
        sys.stdout.buffer.flush()
        return
    console = Console(highlight=False)
    for line in verdict_lines(verdict):
        console.print(line, soft_wrap=True)


def _texts(labels: list[str]) -> Iterator[str]:
    for label in labels:
        if label == "-":
            yield from (line.decode("utf-8", "replace").rstrip("\r\n") for line in sys.stdin.buffer)
        else:
            yield label


@contextmanager
def _offline(bundle: Path, max_age: float | None, witnesses: WitnessPolicy, expect: str | None) -> Generator[Judge]:
    try:
        verifier = Verifier.open(bundle, None if max_age is None else timedelta(hours=max_age), witnesses=witnesses)
        yield lambda label: verifier.verify(label, expect)
    except BundleError as problem:
        _stop(str(problem))


@contextmanager
def _online(registry: str, expect: str | None) -> Generator[Judge]:
    import httpx  # here, because it is a good part of the start, and a bundle needs no network

    client = httpx.Client(base_url=registry, timeout=_TIMEOUT, follow_redirects=False)

    def judge(label: str) -> Verdict:
        try:
            answer = client.post("/v1/verify", json={"label": label, "expect": expect})
            if answer.status_code != httpx.codes.OK:
                _stop(f"{registry} gave no verdict: it answered {answer.status_code} {answer.reason_phrase}")
            return msgspec.json.decode(answer.content, type=Verdict)
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError) as problem:
            _stop(f"{registry} gave no verdict: {problem}")

    with client:
        yield judge


def _check_expectation(expect: str) -> None:
    try:
        parse_gtin(expect)
    except InvalidGs1 as problem:
        try:
            parse_gln(expect)
        except InvalidGs1:
            _stop(f"--expect: {problem}")


def _stop(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(2)
