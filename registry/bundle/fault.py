"""The one error of this area."""

from registry.errors import RegistryError


class BundleFault(RegistryError):
    """The published bundle, or who may sign it, is not as it must be; the message says what to do."""

    slug = "bundle"
