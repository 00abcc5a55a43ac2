"""The bundle that the registry publishes: a TUF repository (TUF specification 1.0) in the public store.

    publish_bundle(registry, store, checkpoint, size, now)      # after each checkpoint; idempotent
    rebuild_bundle(registry, store, checkpoint, size, now)      # an operator's decision, when the timestamp is lost

| module | is |
|---|---|
| `publish` | one publication: what has changed since the last one, targets first, the timestamp last |
| `witnessed` | whether a checkpoint has the cosignatures that the root asks for |
| `facts` | what a bundle says of a log of some size, from the database |
| `repository` | the metadata as it lies in the store: read, verified, and replaced in one step |
| `roles` | who signs: the online keys in the ring, the root files in the home |
| `roots` | root metadata: drafted, signed by several people, checked. Pure |
| `rotation` | another key for an online role, other root keys, a later expiry |
| `tuf_keys` | our keys and signers in the form that python-tuf takes |
"""

from registry.bundle.fault import BundleFault
from registry.bundle.publish import publish_bundle, rebuild_bundle
from registry.bundle.roles import ensure_roles

__all__ = ["BundleFault", "ensure_roles", "publish_bundle", "rebuild_bundle"]
