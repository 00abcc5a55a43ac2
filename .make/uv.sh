# shellcheck shell=sh disable=SC2034
# Sourced by the scripts beside it. Sets $python (absolute, 3.11 or newer) and $uv, or ends with a sentence.

PYTHON=${PYTHON:-python3}
if ! python=$("$PYTHON" -c 'import sys; sys.exit(1) if sys.version_info < (3, 11) else print(sys.executable)' 2>/dev/null); then
    echo "carbonlabel needs Python 3.11 or newer, which '$PYTHON' is not: install it (Debian 12 or newer:" \
         "apt-get install python3), or name another: make PYTHON=python3.12 ..." >&2
    exit 2
fi

unset VIRTUAL_ENV # an active environment of the caller's is not ours
export UV_PROJECT_ENVIRONMENT=.venv
if ! mkdir -p "${UV_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/uv}" 2>/dev/null; then
    export UV_CACHE_DIR="$PWD/.uv/cache" # an account without a home folder
fi
uv=$("$python" .make/get_uv.py)
