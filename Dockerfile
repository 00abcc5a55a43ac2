# The registry as an image: `docker build -t carbonlabel .`
# The home, with its keys, is /var/lib/carbonlabel/home, in a volume: `docker run ... init
# /var/lib/carbonlabel/home` makes it.

FROM python:3.11-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /build
# The dependencies first, which change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project --extra registry --extra postgres --extra s3
COPY README.md LICENSE NOTICE ./
COPY schemas/ schemas/
COPY keys/ keys/
COPY verifier/ verifier/
COPY registry/ registry/
RUN uv sync --frozen --no-dev --no-editable --extra registry --extra postgres --extra s3

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /var/lib/carbonlabel carbonlabel \
    && install -d -o carbonlabel -g carbonlabel -m 0700 /var/lib/carbonlabel
COPY --from=build /build/.venv /build/.venv
ENV PATH=/build/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/carbonlabel
VOLUME ["/var/lib/carbonlabel"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["carbonlabel"]
CMD ["serve", "--home", "/var/lib/carbonlabel/home", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
