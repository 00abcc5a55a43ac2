#!/bin/sh
# Resolves the dependencies of pyproject.toml into uv.lock; the options are those of `uv lock`.
set -eu
cd "$(dirname "$0")/.."
. .make/uv.sh

"$uv" lock --python "$python" "$@"
