"""Labels of several lengths to draw, and the eyes that read them: a rasteriser of SVG and a QR reader."""

import random
from decimal import Decimal
from io import BytesIO

import resvg_py
import zxingcpp
from PIL import Image

from registry.labels.artwork import LabelArt
from registry.labels.typeface import FONTS, Weight
from schemas.declaration import Boundary, DeclaredUnit, Stage, StageCode
from schemas.verdict import Amount, Footprint

NOTICE = {"en": "Demonstration - not a real label", "zh": "演示 - 并非真实标签"}
LONG_NAME = {
    "en": "International Product Carbon Footprint Verification and Assurance Services (Greater China) Company Limited, "
    "Division of Low-Carbon Building Materials, Industrial Equipment, Textiles and Consumer Electronics",
    "zh": "国际产品碳足迹核查与鉴证服务（大中华区）有限公司低碳建筑材料、工业设备、纺织品及消费电子产品事业部"
    "暨低碳产品联盟秘书处华东、华南与西北联合评审中心",
}


def token_digits(seed: int) -> str:
    """As many digits as a label's token of 128 bytes has, from its real first bytes on."""
    start = bytes.fromhex("d2844da201270448")
    return str(int.from_bytes(start + random.Random(seed).randbytes(128 - len(start))))


def make_art(
    path: str = "/01/09521234000017",
    *,
    host: str = "id.carbonlabel.org",
    seed: int = 1,
    value: str = "1.96",
    amount: str = "1",
    unit: DeclaredUnit = DeclaredUnit.PIECE,
    boundary: Boundary = Boundary.CRADLE_TO_GATE,
    verifier: dict[str, str] | None = None,
    gtin: str | None = "09521234000017",
    gln: str | None = None,
    lot: str | None = None,
    serial: str | None = None,
    stages: tuple[Stage, ...] = (),
    notice: dict[str, str] | None = None,
) -> LabelArt:
    """A label that is ordinary in all that is not given."""
    return LabelArt(
        text=f"https://{host}{path}?c={token_digits(seed)}",
        footprint=Footprint(Decimal(value), Amount(Decimal(amount), unit)),
        boundary=boundary,
        year=2016,
        verifier=verifier or {"en": "Example Assurance", "zh": "示例核查中心"},
        gtin=gtin,
        gln=gln,
        lot=lot,
        serial=serial,
        stages=stages,
        notice=notice or {},
    )


def stages(*told: tuple[StageCode, str | None]) -> tuple[Stage, ...]:
    """Stages and their amounts, None: unknown."""
    return tuple(Stage(code=code, gwp=None if amount is None else Decimal(amount)) for code, amount in told)


SAMPLES = {
    "class-level": make_art(),
    "lot and serial": make_art(
        "/01/09521234000017/10/LOT-2024-11-A/21/SN-000123456789",
        seed=2,
        value="-12.5",
        unit=DeclaredUnit.SQUARE_METER,
        boundary=Boundary.CRADLE_TO_CONSUMPTION,
        lot="LOT-2024-11-A",
        serial="SN-000123456789",
    ),
    "place": make_art(
        "/414/9521234000017/254/HALL-7",
        seed=3,
        value="3718044",
        unit=DeclaredUnit.HOUR,
        amount="1000",
        boundary=Boundary.CRADLE_TO_GRAVE,
        gtin=None,
        gln="9521234000017",
    ),
    "long host": make_art(
        host="labels.registry.low-carbon-alliance.example.org", seed=4, value="0.000123456", verifier=LONG_NAME
    ),
    "demonstration": make_art(seed=5, value="58.4", unit=DeclaredUnit.KILOGRAM, amount="0.75", notice=NOTICE),
}

STAGED = {
    "value chain": make_art(
        seed=6,
        stages=stages(
            (StageCode.UPSTREAM, "0.91"),
            (StageCode.OPERATIONS, "0.5"),
            (StageCode.OPERATIONS, "0.05"),
            (StageCode.DISTRIBUTION, "0.5"),
        ),
    ),
    "life cycle": make_art(
        seed=7,
        stages=stages(
            (StageCode.RAW_MATERIAL, "1.2"),
            (StageCode.PRODUCTION, "0.74"),
            (StageCode.DISTRIBUTION, "0.0198172"),
            (StageCode.USE, None),
            (StageCode.END_OF_LIFE, "0.0001828"),
        ),
    ),
    "modules": make_art(
        seed=8,
        value="101.15",
        stages=stages(
            (StageCode.A1_A3, "120.5"),
            (StageCode.A4, "0.5"),
            (StageCode.A5, None),
            (StageCode.B6, "0.25"),
            (StageCode.C3, "-20.5"),
            (StageCode.C4, "0.9"),
            (StageCode.D, "-55"),
        ),
    ),
}
"""Labels with stages: as companies report them along their value chain, of a life cycle, and as EN 15804 has it."""


def open_png(png: bytes) -> Image.Image:
    """The picture of a PNG, in greys."""
    return Image.open(BytesIO(png)).convert("L")


def rasterise(svg: str, dpi: float = 300) -> Image.Image:
    """What an SVG looks like at ``dpi`` pixels an inch, in the label's own fonts."""
    fonts = [str(FONTS / weight) for weight in Weight]
    return open_png(bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=dpi, skip_system_fonts=True, font_files=fonts)))


def read(image: Image.Image) -> str | None:
    """What a QR reader makes of a picture; None if it finds no code."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return found[0].text if found else None
