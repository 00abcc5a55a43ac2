"""Headers that every answer carries, and those of pages (OWASP Secure Headers)."""

from litestar.datastructures import ResponseHeader

_DIRECTIVES = "base-uri 'none'; frame-ancestors 'none'"

_EVERY_ANSWER = {
    "content-security-policy": f"default-src 'none'; {_DIRECTIVES}",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000",
}
EVERY_ANSWER = [ResponseHeader(name=name, value=value) for name, value in _EVERY_ANSWER.items()]


def problem_headers() -> dict[str, str]:
    """Headers of a problem document: the framework adds those of every answer only where no error occurred."""
    return dict(_EVERY_ANSWER)


def page_headers(nonce: str, language: str) -> dict[str, str]:
    """Headers of a page: its one style element is named by ``nonce``, and nothing else may load or run."""
    return {
        "content-security-policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; img-src 'self' data:; form-action 'self'; {_DIRECTIVES}"
        ),
        "content-language": "zh-Hans" if language == "zh" else "en",
        "cache-control": "no-cache",
        "vary": "accept, accept-language",
    }
