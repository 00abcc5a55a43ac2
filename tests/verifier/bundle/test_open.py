"""Opening without a network: every byte is checked, freshness is told, and a bundle too old can be an error."""

import random
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.verdict import Freshness
from tests.verifier.bundle.conftest import World
from tests.world import NOW
from verifier import Verifier
from verifier.bundle import BundleError, DamagedBundle, StaleBundleError, open_bundle, sync


def fresh_at(world: World, bundle: Path, now: datetime) -> Freshness | None:
    return Verifier.open(bundle, now=lambda: now).verify(world.good).freshness


class TestFreshness:
    @pytest.mark.parametrize(
        ("age", "freshness"),
        [
            (timedelta(0), "fresh"),
            (timedelta(hours=23, minutes=59), "fresh"),
            (timedelta(days=1), "stale"),
            (timedelta(days=1, hours=23), "stale"),
            (timedelta(days=2), "expired"),
            (timedelta(days=500), "expired"),
            (timedelta(minutes=-4), "fresh"),
            (timedelta(days=-1), "stale"),  # nobody knows under a wrong clock
        ],
    )
    def test_is_told_in_every_verdict(self, world: World, tmp_path: Path, age: timedelta, freshness: str) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        assert fresh_at(world, bundle, NOW + age) == freshness

    def test_goes_on_while_a_verifier_lives(self, world: World, tmp_path: Path) -> None:
        now = NOW
        verifier = Verifier.open(world.bundle(tmp_path / "bundle"), now=lambda: now)
        assert verifier.verify(world.good).freshness == "fresh"
        now = NOW + timedelta(days=1)
        assert verifier.verify(world.good).freshness == "stale"
        assert verifier.verify("no label").freshness == "stale"

    def test_verdicts_of_an_expired_bundle_are_still_given(self, world: World, tmp_path: Path) -> None:
        verifier = Verifier.open(world.bundle(tmp_path / "bundle"), now=lambda: NOW + timedelta(days=30))
        assert (verifier.verify(world.good).verdict, verifier.verify(world.good).freshness) == ("valid", "expired")
        assert verifier.verify(world.withdrawn_label).verdict == "withdrawn"

    def test_the_position_is_the_logs_size_and_the_signing(self, world: World, tmp_path: Path) -> None:
        position = Verifier.open(world.bundle(tmp_path / "bundle"), now=lambda: NOW).verify(world.good).log
        assert position is not None
        assert (position.size, position.time) == (11, NOW)


class TestMaxAge:
    def test_makes_an_old_bundle_an_error(self, world: World, tmp_path: Path) -> None:
        bundle = world.bundle(tmp_path / "bundle")
        hour = timedelta(hours=1)
        assert Verifier.open(bundle, hour, now=lambda: NOW + hour)
        with pytest.raises(StaleBundleError, match="sync it"):
            Verifier.open(bundle, hour, now=lambda: NOW + 2 * hour)
        with pytest.raises(StaleBundleError, match="expired"):
            Verifier.open(bundle, timedelta(days=900), now=lambda: NOW + timedelta(days=3))

    def test_also_when_it_grows_old_in_use(self, world: World, tmp_path: Path) -> None:
        now = NOW
        verifier = Verifier.open(world.bundle(tmp_path / "bundle"), timedelta(hours=1), now=lambda: now)
        assert verifier.verify(world.good).verdict == "valid"
        now = NOW + timedelta(hours=2)
        with pytest.raises(StaleBundleError):
            verifier.verify(world.good)

    def test_trust_alone_has_no_age(self, world: World, tmp_path: Path) -> None:
        (tmp_path / "trust.json").write_bytes(world.registry.trust().encode())
        assert Verifier.open(tmp_path).verify(world.good).reason == "no-log-at-hand"
        with pytest.raises(StaleBundleError):
            Verifier.open(tmp_path, timedelta(days=1))


def flips(bundle: Path) -> list[tuple[Path, int]]:
    """Every byte of every file that a verifier reads."""
    generation = bundle / (bundle / "current").read_text().split()[0]
    files = [bundle / "current", *(path for path in sorted(generation.rglob("*")) if path.is_file())]
    return [(path.relative_to(bundle), place) for path in files for place in range(path.stat().st_size)]


def assert_caught(world: World, bundle: Path, path: Path, place: int, mask: int) -> None:
    """``open`` raises, and ``sync`` raises too or mends it."""
    file = bundle / path
    whole = file.read_bytes()
    file.write_bytes(whole[:place] + bytes((whole[place] ^ mask,)) + whole[place + 1 :])
    with pytest.raises(BundleError):
        Verifier.open(bundle, now=lambda: NOW)
    try:
        sync(world.second, bundle, now=NOW)
    except BundleError:
        file.write_bytes(whole)
    assert Verifier.open(bundle, now=lambda: NOW).verify(world.good).verdict == "valid"


class TestFlippedBytes:
    def test_a_sample_is_caught(self, world: World, tmp_path: Path) -> None:
        chosen = random.Random(1)
        for number, (path, place) in enumerate(chosen.sample(flips(world.bundles / "second"), 60)):
            bundle = world.bundle(tmp_path / str(number))
            assert_caught(world, bundle, path, place, 1 << chosen.randrange(8))

    @pytest.mark.soak
    def test_every_one_is_caught(self, world: World, tmp_path: Path) -> None:
        for path, place in flips(world.bundles / "second"):
            bundle = world.bundle(tmp_path / "bundle")
            for mask in (0x01, 0x20, 0x80):
                shutil.rmtree(bundle)
                world.bundle(bundle)
                assert_caught(world, bundle, path, place, mask)
            shutil.rmtree(bundle)

    def test_a_file_that_is_missing_or_cut_is_caught(self, world: World, tmp_path: Path) -> None:
        names = sorted({path for path, _ in flips(world.bundles / "second")} - {Path("current")})
        assert len(names) == 9
        for number, name in enumerate(names):
            for cut in (True, False):
                bundle = world.bundle(tmp_path / f"{number}{cut}")
                if cut:
                    (bundle / name).write_bytes((bundle / name).read_bytes()[:-1])
                else:
                    (bundle / name).unlink()
                with pytest.raises(DamagedBundle):
                    open_bundle(bundle, NOW)
