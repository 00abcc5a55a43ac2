"""Three real witnesses of a registry's log, each of which can be stopped, and started again where it was."""

import socket
from contextlib import ExitStack
from pathlib import Path

import msgspec

from keys import NoteKind, note_vkey, parse_vkey
from registry.bundle.roles import install_root, root_keys_folder
from registry.bundle.roots import sign_root
from registry.bundle.rotation import draft_root, root_signers
from registry.home import CONFIG_FILE
from registry.registry import Registry, utc_now
from tests.verifier.witness.logs import note_key, signer
from tests.world import ENVIRON
from verifier.witness import SeenCheckpoints, Witness, WitnessPolicy
from verifier.witness.server import WitnessServer

NAMES = ("a.example", "b.example", "c.example")
KEYS = tuple(note_key(name, signer(80 + at), NoteKind.COSIGNATURE) for at, name in enumerate(NAMES))
TWO_OF_THREE = WitnessPolicy(KEYS, 2)


class Trio:
    """A context manager; none is running at first."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self._folder = folder
        self._log = parse_vkey(registry.trust().log.vkey)
        self._ports = [_free_port() for _ in NAMES]
        self._running: dict[int, ExitStack] = {}

    @property
    def lines(self) -> tuple[str, ...]:
        """The configuration of the registry."""
        vkeys = (note_vkey(key.origin, key.key.raw, key.kind) for key in KEYS)
        return tuple(f"{vkey} http://127.0.0.1:{port}" for vkey, port in zip(vkeys, self._ports, strict=True))

    def start(self, *numbers: int) -> None:
        for at in numbers:
            stack = self._running[at] = ExitStack()
            seen = stack.enter_context(SeenCheckpoints(self._folder / NAMES[at]))
            witness = Witness(NAMES[at], signer(80 + at), (self._log,), seen)
            stack.enter_context(WitnessServer(witness, port=self._ports[at]))

    def stop(self, *numbers: int) -> None:
        for at in numbers:
            self._running.pop(at).close()

    def __enter__(self) -> "Trio":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(*list(self._running))


def configured(registry: Registry, *lines: str) -> Registry:
    """The registry opened anew, with these witnesses in its configuration."""
    config = msgspec.structs.replace(registry.config, witnesses=lines)
    (registry.home.path / CONFIG_FILE).write_text(config.to_toml(), encoding="utf-8")
    return Registry.open(registry.home.path, ENVIRON)


def ask_for(registry: Registry, policy: WitnessPolicy) -> None:
    """A new root, by two holders of root keys, that asks for ``policy``."""
    draft = draft_root(registry, utc_now(), witnesses=policy)
    for one in root_signers(root_keys_folder(registry))[:2]:
        draft = sign_root(draft, one)
    install_root(registry, draft, utc_now())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
