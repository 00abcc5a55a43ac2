"""How badly a label may be printed and photographed and still be read.

The bounds are a bit inside what was found by experiment, with zxing-cpp 3 on 50 labels of versions 9 to 11 (300 dpi,
error correction M, white around the label). All of them were read down to 1.5 pixels a module, up to a blur of 0.48
modules, 8 % of salt and pepper (169 labels of the demonstration: 3 %), a Gaussian noise of 65 grey levels, at every
whole degree, and when every black area had grown or shrunk by one 300 dpi dot on each side (by two, none). As a phone
sees them: down to 3 pixels a module at any angle with a blur of 0.35 modules; 2.5 pixels failed at 45 degrees.
"""

import random
from collections.abc import Callable
from functools import cache
from statistics import NormalDist

import pytest
from PIL import Image, ImageChops, ImageFilter

from registry.labels import words
from registry.labels.artwork import Variant, layout_of, render_png, render_svg
from tests.chromium import chromium, needs_chromium
from tests.registry.labels.artwork_samples import SAMPLES, open_png, rasterise, read

SMALLEST_PIXELS_A_MODULE = 1.6
LARGEST_BLUR = 0.4
"""Standard deviation of a Gaussian, in modules."""
MOST_SALT_AND_PEPPER = 0.03
"""Share of the pixels that are black or white at random."""
MOST_NOISE = 50
"""Standard deviation of a Gaussian, in grey levels of 255."""
DOT_GAIN = 1
"""300 dpi dots by which every black area grows, or shrinks, on each side."""

PHONE_PIXELS_A_MODULE = 3
PHONE_BLUR = 0.25
PHONE_NOISE = 4
PHONE_GREYS = (60, 213)
"""What a phone sees: black and white in dim light, soft, noisy, and the label at any angle."""

PNG_PIXELS_A_MODULE = 5

languages = pytest.mark.parametrize("language", words.LANGUAGES)
samples = pytest.mark.parametrize("name", SAMPLES)


@cache
def picture(name: str, language: str = "en") -> Image.Image:
    """A sample's PNG at 300 dpi, with white around it as on a desk."""
    label = open_png(render_png(SAMPLES[name], language))
    desk = Image.new("L", (label.width + 40, label.height + 40), 255)
    desk.paste(label, (20, 20))
    return desk


def shrunk(image: Image.Image, pixels: float) -> Image.Image:
    share = pixels / PNG_PIXELS_A_MODULE
    return image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.BICUBIC)


def blurred(image: Image.Image, modules: float, pixels: float = PNG_PIXELS_A_MODULE) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(modules * pixels))


def rotated(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def noised(image: Image.Image, deviation: float, seed: int) -> Image.Image:
    normal = NormalDist(128, deviation)
    levels = [min(255, max(0, round(normal.inv_cdf((level + 0.5) / 256)))) for level in range(256)]
    grain = Image.frombytes("L", image.size, random.Random(seed).randbytes(image.width * image.height)).point(levels)
    return ImageChops.add(image, grain, offset=-128)


def peppered(image: Image.Image, share: float, seed: int) -> Image.Image:
    source = random.Random(seed)
    count = image.width * image.height
    hit = Image.frombytes("L", image.size, bytes(255 * (source.random() < share) for _ in range(count)))
    grains = Image.frombytes("L", image.size, source.randbytes(count)).point([0] * 128 + [255] * 128)
    return Image.composite(grains, image, hit)


def in_black_and_white(image: Image.Image) -> Image.Image:
    return image.point([0] * 128 + [255] * 128)


def with_dot_gain(image: Image.Image) -> Image.Image:
    return in_black_and_white(image).filter(ImageFilter.MinFilter(1 + 2 * DOT_GAIN))


def with_dot_loss(image: Image.Image) -> Image.Image:
    return in_black_and_white(image).filter(ImageFilter.MaxFilter(1 + 2 * DOT_GAIN))


def photographed(image: Image.Image, degrees: float, seed: int) -> Image.Image:
    black, white = PHONE_GREYS
    seen = shrunk(rotated(image, degrees), PHONE_PIXELS_A_MODULE)
    seen = blurred(seen, PHONE_BLUR, PHONE_PIXELS_A_MODULE)
    return noised(seen.point([round(black + level * (white - black) / 255) for level in range(256)]), PHONE_NOISE, seed)


@samples
@languages
@pytest.mark.parametrize("variant", Variant)
def test_png_and_svg_say_exactly_the_text(name: str, language: str, variant: Variant) -> None:
    art = SAMPLES[name]
    assert read(open_png(render_png(art, language, variant))) == art.text
    assert read(rasterise(render_svg(art, language, variant))) == art.text


@pytest.mark.parametrize("dpi", [150, 203, 300, 600, 1200])
def test_a_png_reads_at_any_resolution_of_a_printer(dpi: int) -> None:
    art = SAMPLES["lot and serial"]
    assert read(open_png(render_png(art, "zh", dpi=dpi))) == art.text


@samples
@languages
def test_read_when_shrunk(name: str, language: str) -> None:
    for pixels in (3, 2.5, 2, SMALLEST_PIXELS_A_MODULE):
        assert read(shrunk(picture(name, language), pixels)) == SAMPLES[name].text, pixels


@samples
def test_read_when_an_svg_is_shown_small(name: str) -> None:
    art = SAMPLES[name]
    module = layout_of(art, "en").code.module
    for pixels in (4, 3, 2):
        assert read(rasterise(render_svg(art, "en"), pixels / module * 25.4)) == art.text, pixels


@samples
@languages
def test_read_when_blurred(name: str, language: str) -> None:
    for modules in (0.2, 0.3, LARGEST_BLUR):
        assert read(blurred(picture(name, language), modules)) == SAMPLES[name].text, modules


@samples
def test_read_at_any_angle(name: str) -> None:
    for degrees in (7, 45, 90, 183, *range(0, 360, 11)):
        assert read(rotated(picture(name), degrees)) == SAMPLES[name].text, degrees


@samples
def test_read_with_noise(name: str) -> None:
    for seed in range(3):
        assert read(peppered(picture(name), MOST_SALT_AND_PEPPER, seed)) == SAMPLES[name].text, seed
        assert read(noised(picture(name), MOST_NOISE, seed)) == SAMPLES[name].text, seed


@samples
def test_read_as_a_phone_sees_it(name: str) -> None:
    for seed, degrees in enumerate((0, 7, 45, 90, 183, 271, 300)):
        assert read(photographed(picture(name), degrees, seed)) == SAMPLES[name].text, degrees


@samples
@languages
@pytest.mark.parametrize("press", [in_black_and_white, with_dot_gain, with_dot_loss])
def test_read_after_printing_at_the_smallest_size(
    name: str, language: str, press: Callable[[Image.Image], Image.Image]
) -> None:
    art = SAMPLES[name]
    assert read(press(picture(name, language))) == art.text
    assert read(press(rasterise(render_svg(art, language)))) == art.text, "4.43 dots a module"


@pytest.mark.soak
@needs_chromium
@languages
def test_read_from_a_browser_window(language: str) -> None:
    with chromium() as browser:
        page = browser.new_page(device_scale_factor=3)
        for art in SAMPLES.values():
            page.set_content(render_svg(art, language))
            assert read(open_png(page.locator("svg").screenshot())) == art.text
            for element in page.locator("svg text").all():
                box, label = element.bounding_box(), page.locator("svg").bounding_box()
                assert box is not None
                assert label is not None
                assert box["x"] + box["width"] <= label["x"] + label["width"], element.text_content()
