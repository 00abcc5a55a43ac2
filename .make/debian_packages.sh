#!/bin/sh
# Installs the Debian packages that some tests need, where that is allowed: as root, or with a sudo that asks for no
# password. Where it is not, says what will be skipped. Always succeeds; touches no network once all are there.
#   CARBONLABEL_APT=no make test    leaves the system alone
set -u

# package               the tests that need it
needs='
chromium-headless-shell the tests in a real browser
fonts-noto-cjk          the tests that look at Chinese pages
golang-go               the tests in which the Go module of the checksum database checks the log
golang-golang-x-mod-dev the tests in which the Go module of the checksum database checks the log
postgresql              the tests on PostgreSQL
openjdk-17-jre-headless the tests on a Spark cluster
strace                  the tests in which the operating system refuses a write
'

is_installed() {
    test "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed
}

missing() {
    echo "$needs" | while read -r package reason; do
        test -z "$package" || is_installed "$package" || echo "$package"
    done
}

skip() { # why
    echo "$needs" | while read -r package reason; do
        test -z "$package" || is_installed "$package" ||
            echo "Without the Debian package $package, $reason are skipped ($1)." >&2
    done
    exit 0
}

absent=$(missing | paste -s -d ' ')
test -n "$absent" || exit 0
test "${CARBONLABEL_APT:-yes}" != no || skip "CARBONLABEL_APT=no"
command -v apt-get >/dev/null || skip "this is not Debian"
if test "$(id -u)" -eq 0; then
    as_root=
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    skip "installing needs root: apt-get install $absent"
fi

apt() {
    # shellcheck disable=SC2086 # $as_root is a command and its option, or nothing
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=30 \
        -o Acquire::Retries=1 "$@" >>"$log" 2>&1 </dev/null
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing Debian packages that tests need: $absent" >&2
# shellcheck disable=SC2086 # one word a package
if apt update && ! apt install --yes --no-install-recommends $absent; then
    # A release of Debian may not have one of them: the others come by themselves.
    for package in $absent; do
        apt install --yes --no-install-recommends "$package"
    done
fi
if test -n "$(missing)"; then
    tail -n 3 "$log" >&2
    skip "apt-get could not install it"
fi
