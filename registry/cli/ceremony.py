"""``carbonlabel keys ceremony``, ``draft-root``, ``sign-root``, ``install-root``, ``rebuild-bundle``: who holds the
roles of the bundle.

The root keys belong to people, not to a server: two of three sign whenever a role gets another key. These commands
work on files, so that a draft can be carried to wherever a root key is kept.
"""

from pathlib import Path
from typing import Annotated

import typer

from keys import KeysError, KeyUse
from registry.bundle import rebuild_bundle
from registry.bundle.agreed import put_in_force
from registry.bundle.roles import first_ceremony, root_keys_folder
from registry.bundle.roots import ROLE_USES, digest_of, policy_in, root_of, sign_root
from registry.bundle.rotation import draft_root, root_signers
from registry.bundle.witnessed import unattainable
from registry.cli.shell import DEFAULT_HOME, HomeOption, console, opened, sentences, stop
from registry.log.sequencer import last_committed
from registry.registry import utc_now
from registry.store import StoreError
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

Draft = Annotated[Path, typer.Argument(help="file with the drafted root")]
RootKeys = Annotated[Path, typer.Option("--root-keys", help="folder of a ring with root keys")]


def ceremony(
    home: HomeOption = DEFAULT_HOME,
    out: Annotated[
        Path | None, typer.Option(help="folder for the root keys, on a medium of its own; default HOME/keys/root")
    ] = None,
) -> None:
    """Draw the three root keys, two of which must sign, and sign the first root with them. Once for each registry."""
    with opened(home) as registry:
        folder = out or root_keys_folder(registry)
        first_ceremony(registry, folder, utc_now())
    console.print(moving_advice(folder, home), markup=False, style="bold yellow", soft_wrap=True)


def moving_advice(folder: Path, home: Path) -> str:
    """What to do with the root keys that lie in ``folder``, said loudly."""
    return f"""THE ROOT KEYS OF THIS REGISTRY LIE IN {folder}. MOVE THEM AWAY BEFORE REAL USE.

Whoever has two of the three can make every verifier trust any bundle. So:
  1. Give each of the three files root-*.pem to another person, on a medium that is kept offline, with a copy of
     passphrase, which opens them, on another medium.
  2. Try each copy: carbonlabel keys draft-root --out trial.json, then carbonlabel keys sign-root trial.json
     --root-keys FOLDER.
  3. Destroy {folder} on this machine.
  4. Give verifiers {home / "root" / "1.root.json"} in a way that does not pass through this server:
     it is what they trust first. It is public.
The root is good for a year. Renew it before: draft-root, sign-root by two holders, install-root."""


def draft(
    out: Annotated[Path, typer.Option(help="file to write the draft to")],
    role: Annotated[
        list[KeyUse] | None, typer.Option(help="draw a new key for this role: targets, snapshot or timestamp")
    ] = None,
    new_root_keys: Annotated[
        Path | None, typer.Option(help="folder of the root keys from now on; made, with three keys, if not there")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option(metavar="VKEY", help="a witness that may cosign; give all of them")
    ] = None,
    witness_threshold: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="how many of the witnesses must cosign each checkpoint")
    ] = None,
    no_witnesses: Annotated[bool, typer.Option("--no-witnesses", help="no witness needs to cosign any more")] = False,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Draft the next root: with new keys, other witnesses, or, without options, only with a later expiry."""
    roles = role or []
    if any(use not in ROLE_USES for use in roles):
        stop("--role is targets, snapshot or timestamp; root keys are replaced with --new-root-keys")
    policy = _policy(witness or [], witness_threshold, no_witnesses)
    with opened(home) as registry:
        out.write_bytes(draft_root(registry, utc_now(), roles=roles, new_root_keys=new_root_keys, witnesses=policy))
        for warning in () if policy is None else unattainable(registry.config, policy):
            console.print(warning, markup=False, style="bold yellow", soft_wrap=True)
        told = _told(out.read_bytes())
    console.print(f"{out}: have two holders of root keys sign it: carbonlabel keys sign-root {out}", markup=False)
    console.print(f"{told}: two people of the operator agree to it at /desk/keys", markup=False, soft_wrap=True)


def _told(root: bytes) -> str:
    """A root as people tell one from another, whoever has signed it so far."""
    return f"root {root_of(root).version}, SHA-256 {digest_of(root)}"


def _policy(vkeys: list[str], threshold: int | None, none: bool) -> WitnessPolicy | None:
    """The witnesses that the options ask for; None to leave them as they are."""
    if none and not vkeys and threshold is None:
        return NO_WITNESSES
    if none or bool(vkeys) != (threshold is not None):
        stop("give every --witness and the --witness-threshold, or --no-witnesses alone")
    try:
        return None if threshold is None else WitnessPolicy.of(vkeys, threshold)
    except (ValueError, KeysError) as problem:
        stop(f"--witness: {problem}")


def sign(draft: Draft, root_keys: RootKeys) -> None:
    """Sign a drafted root with the root keys in a folder. Look at the draft first: it is JSON."""
    with sentences():
        data = draft.read_bytes()
        signers = root_signers(root_keys)
        for signer in signers:
            data = sign_root(data, signer)
        draft.write_bytes(data)
        policy, told = policy_in(root_of(data)), _told(data)
    console.print(f"{draft}: signed by {', '.join(signer.kid for signer in signers)}", markup=False)
    console.print(told, markup=False, soft_wrap=True)
    names = ", ".join(key.origin for key in policy.witnesses)
    asked = f"{policy.threshold} of {names}" if policy.threshold else "no witness"
    console.print(f"under this root, {asked} must have cosigned a checkpoint", markup=False, soft_wrap=True)


def install(draft: Draft, home: HomeOption = DEFAULT_HOME) -> None:
    """Put a signed root in force. The next publication of the bundle takes it to verifiers.

    Once the operator has two people, two of them agree to it first, at /desk/keys.
    """
    with opened(home) as registry:
        version = put_in_force(registry, draft.read_bytes(), utc_now())
    console.print(f"root {version} is in force; it is published with the next checkpoint, or by carbonlabel sequence")


def rebuild(home: HomeOption = DEFAULT_HOME) -> None:
    """Publish the bundle anew after its timestamp was lost or damaged, with versions above all that verifiers saw."""
    with opened(home) as registry, registry.database.elected("sequencer") as elected:
        if not elected:
            stop("a serving process publishes this home's bundle: stop it first")
        with registry.database.reading() as session:
            last = last_committed(session, registry.config.origin)
        if last is None:
            stop("the log has no checkpoint yet: carbonlabel sequence --once makes one, and publishes the bundle")
        try:
            rebuild_bundle(registry, registry.store(), last.note, last.checkpoint.size, utc_now())
        except StoreError as problem:
            stop(str(problem))
    console.print(f"the bundle of {last.checkpoint.size} entries is published anew")
