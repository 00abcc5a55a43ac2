"""Who may sign, and whose signature counts.

Private keys live in a `KeyRing`, a folder of encrypted files, and sign through a `Signer`:

    passphrase = passphrase_for(home, os.environ)
    ring = KeyRing.open(home / "keys", passphrase)
    signer = ring.signer(kid)
    entry = sign_compact(signer, "vc+jwt", payload)

Public keys are loaded once, strictly, and then verify:

    key = PublicKey.load(raw)                       # WeakPublicKey: do not enrol it
    key.verifies(signature, message)                # True or False, never raises
    verify_compact(entry, {key.kid: key}, "vc+jwt")

Which key counts for which part of the log is the `TrustList`, published as `trust.json`:

    trust = TrustList.parse(data)
    trust.label_keys()[kid].good_for_label(record)

Only Ed25519 (RFC 8032), everywhere. A key's id is 16 hex digits of its COSE key thumbprint (RFC 9679).

| module | is |
|---|---|
| `ed25519` | public keys and signatures, as strictly as the strictest verifier |
| `signer` | the seam for private keys: a file today, an HSM or a KMS later |
| `ring`, `passphrase`, `private_file` | private keys at rest |
| `durable` | files that are on disk whole or not at all; these four alone do I/O |
| `jws` | compact JWS: the form of every log entry |
| `note` | C2SP signed notes, their keys, and the cosignatures of witnesses: how a log and a witness speak |
| `trust` | `trust.json`: keys and the log indices they are good for |
| `base64url` | the one spelling of bytes in JWS and `trust.json` |

What can go wrong:

    KeysError
    ├── WeakPublicKey       never enrol this public key
    ├── UnknownKey          no key with this id, held or trusted (.kid)
    ├── WrongPassphrase     a private key did not decrypt
    ├── KeyRingError        a file of the ring is missing, damaged, in the way, or open to others
    ├── InvalidSignature    well formed, key known, signature not good
    ├── MalformedToken      not a compact JWS of our form, or of another typ
    ├── MalformedNoteKey    not a note verifier key
    ├── MalformedNote       not a signed note, or a text that none can carry
    ├── UnsignedNote        a note that no key known here has signed
    └── TrustError          trust.json contradicts itself: trust nothing in it
"""

from keys.ed25519 import PublicKey, check_public_key, kid_of, signature_is_strict
from keys.errors import (
    InvalidSignature,
    KeyRingError,
    KeysError,
    MalformedNote,
    MalformedNoteKey,
    MalformedToken,
    TrustError,
    UnknownKey,
    UnsignedNote,
    WeakPublicKey,
    WrongPassphrase,
)
from keys.jws import Compact, JwsHeader, sign_compact, split_compact, verify_compact
from keys.note import (
    Note,
    NoteKey,
    NoteKind,
    NoteLine,
    OpenedNote,
    VerifiedLine,
    add_lines,
    cosignature_line,
    note_key_id,
    note_line,
    note_vkey,
    open_note,
    parse_lines,
    parse_note,
    parse_vkey,
    sign_note,
)
from keys.passphrase import make_passphrase, passphrase_for
from keys.ring import KeyRing, KeyUse
from keys.signer import Ed25519Signer, Signer
from keys.trust import KeyState, KeyWindow, TrustedKey, TrustedLog, TrustedRegistry, TrustList

__all__ = [
    "Compact",
    "Ed25519Signer",
    "InvalidSignature",
    "JwsHeader",
    "KeyRing",
    "KeyRingError",
    "KeyState",
    "KeyUse",
    "KeyWindow",
    "KeysError",
    "MalformedNote",
    "MalformedNoteKey",
    "MalformedToken",
    "Note",
    "NoteKey",
    "NoteKind",
    "NoteLine",
    "OpenedNote",
    "PublicKey",
    "Signer",
    "TrustError",
    "TrustList",
    "TrustedKey",
    "TrustedLog",
    "TrustedRegistry",
    "UnknownKey",
    "UnsignedNote",
    "VerifiedLine",
    "WeakPublicKey",
    "WrongPassphrase",
    "add_lines",
    "check_public_key",
    "cosignature_line",
    "kid_of",
    "make_passphrase",
    "note_key_id",
    "note_line",
    "note_vkey",
    "open_note",
    "parse_lines",
    "parse_note",
    "parse_vkey",
    "passphrase_for",
    "sign_compact",
    "sign_note",
    "signature_is_strict",
    "split_compact",
    "verify_compact",
]
