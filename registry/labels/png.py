"""Draws a label as PNG: whole pixels a module, grey text, and the resolution in the file, so that it prints true."""

from io import BytesIO
from math import ceil

from PIL import Image, ImageDraw

from registry.labels.column import Bar, Line
from registry.labels.layout import Code, Frame, Layout
from registry.labels.qr import QUIET_ZONE
from registry.labels.typeface import font

INCH = 25.4
_WHITE = 255
_GREYS = 16


def whole_pixels(module: float, dpi: int) -> float:
    """mm a module at ``dpi`` pixels an inch, rounded up to whole pixels."""
    return ceil(module * dpi / INCH - 0.01) * INCH / dpi


def write_png(layout: Layout, dpi: int) -> bytes:
    """The PNG of ``layout``, whose modules must be whole pixels at ``dpi``."""
    data = BytesIO()
    _few_greys(_drawn(layout, dpi)).save(data, "PNG", dpi=(dpi, dpi), bits=4)
    return data.getvalue()


def _drawn(layout: Layout, dpi: int) -> Image.Image:
    scale = dpi / INCH
    image = Image.new("L", (round(layout.width * scale), round(layout.height * scale)), _WHITE)
    draw = ImageDraw.Draw(image)
    for frame in layout.frames:
        _draw_frame(draw, frame, scale)
    for bar in layout.bars:
        _draw_bar(draw, bar, scale)
    for line in layout.lines:
        _draw_line(draw, line, scale)
    _paste_code(image, layout.code, scale)
    return image


def _paste_code(image: Image.Image, code: Code, scale: float) -> None:
    size = len(code.symbol.rows)
    pixels = bytes(0 if module else _WHITE for row in code.symbol.rows for module in row)
    pixel = round(code.module * scale)
    symbol = Image.frombytes("L", (size, size), pixels).resize((size * pixel, size * pixel), Image.Resampling.NEAREST)
    quiet = QUIET_ZONE * pixel
    image.paste(symbol, (round(code.x * scale) + quiet, round(code.y * scale) + quiet))


def _draw_frame(draw: ImageDraw.ImageDraw, frame: Frame, scale: float) -> None:
    corners = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
    left, top, right, bottom = (round(value * scale) for value in corners)
    draw.rectangle((left, top, right - 1, bottom - 1), outline=0, width=max(1, round(frame.stroke * scale)))


def _draw_bar(draw: ImageDraw.ImageDraw, bar: Bar, scale: float) -> None:
    """At least a pixel wide."""
    left, top = round(bar.x * scale), round(bar.y * scale)
    right, bottom = round((bar.x + bar.width) * scale), round((bar.y + bar.height) * scale)
    draw.rectangle((left, top, max(right - 1, left), max(bottom - 1, top)), fill=0)


def _draw_line(draw: ImageDraw.ImageDraw, line: Line, scale: float) -> None:
    x = line.x
    for run in line.runs:
        at = ((x + run.gap) * scale, (line.y + run.drop) * scale)
        draw.text(at, run.text, fill=0, font=font(run.weight, round(run.size * scale, 2)), anchor="ls")
        x += run.width


def _few_greys(image: Image.Image) -> Image.Image:
    """``image`` in sixteen greys, half a byte a pixel: text needs no more."""
    step = 256 // _GREYS
    indexed = image.point([value // step for value in range(256)])
    indexed = indexed.convert("L")
    palette = Image.frombytes("P", image.size, indexed.tobytes())
    palette.putpalette([round(grey * 255 / (_GREYS - 1)) for grey in range(_GREYS) for _ in range(3)])
    return palette
