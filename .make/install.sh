#!/bin/sh
# Makes .venv what uv.lock says, with the system's Python. The Makefile calls it once, and again only after
# pyproject.toml or uv.lock has changed: everything else in the Makefile works without a network.
set -eu
cd "$(dirname "$0")/.."
. .make/uv.sh

sync() {
    "$uv" sync --frozen --all-extras --python "$python" "$@"
}

# The cache first: after an edit to pyproject.toml it has all there is to have, also on a train.
sync --offline --quiet 2>/dev/null && exit
echo "Installing the Python packages into .venv" >&2
if ! sync; then
    echo "The Python packages could not be installed: the lines above say why. The first run needs a network." >&2
    exit 2
fi
