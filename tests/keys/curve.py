"""Edwards25519 (RFC 8032, section 5.1), written out apart from `keys`: the tests compute what must be refused."""

from hashlib import sha512

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P) % P
    return x, y


def multiply(scalar: int, point: Point) -> Point:
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def point_at(y: int) -> Point | None:
    """The point with this y and an even x, if there is one."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * SQRT_MINUS_1 % P
    if x * x % P != square:
        return None
    return (P - x if x & 1 else x), y


def encode(point: Point) -> bytes:
    return spell(point[1], point[0] & 1)


def spell(y: int, sign: int) -> bytes:
    """32 bytes with any y below 2^255, on the curve or not, canonical or not."""
    return (y | sign << 255).to_bytes(32, "little")


def small_order_points() -> list[Point]:
    """All eight: multiples of one point of order 8, found by multiplying points of the curve by L."""
    for y in range(2, 100):
        point = point_at(y)
        if point and (torsion := multiply(L, point)) and multiply(4, torsion) != IDENTITY:
            return [multiply(n, torsion) for n in range(8)]
    raise AssertionError("no point of order 8")


BASE = point_at(4 * pow(5, P - 2, P) % P)


def secret_scalar(seed: bytes) -> int:
    """RFC 8032, section 5.1.5."""
    clamped = bytearray(sha512(seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return int.from_bytes(clamped, "little")


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """k of RFC 8032, section 5.1.6."""
    return int.from_bytes(sha512(r + public + message).digest(), "little") % L
