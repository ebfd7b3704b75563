# The app in a container: no root, no writes but to /data and /tmp, nothing fetched when it starts.
FROM python:3.12-slim-bookworm

WORKDIR /app
ENV HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_SERVER_HEADLESS=true \
    SCF_DOWNLOADS=/data/downloads \
    MAPS_CACHE=/data/maps \
    NUMBA_CACHE_DIR=/data/numba

COPY packages.txt requirements.lock ./
RUN apt-get update \
    && xargs --arg-file=packages.txt apt-get install --yes --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: --requirement requirements.lock

COPY .streamlit/config.toml .streamlit/config.toml
COPY streamlit_app.py LICENSE ./
COPY pages pages
COPY data data
COPY lib lib
# nothing can be written beside the code later
RUN python -m compileall -q streamlit_app.py pages lib
RUN install --directory --owner=10001 --group=10001 /data

USER 10001:10001
VOLUME ["/data"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"STREAMLIT_SERVER_PORT\"]}/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py"]
