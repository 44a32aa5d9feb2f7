# docker build -t replywatch .
# docker run -d --name replywatch -v replywatch-data:/data -v ./replywatch:/config:ro replywatch
# docker exec replywatch replywatch report
#
# The config is /config/replywatch.toml; contrib/compose.yaml shows one with a password that is no part of the image.

FROM python:3.13-slim AS build
COPY . /source
# The versions of constraints.txt, for what the package is built with, too: the one name is of older pips, the other of newer.
ENV PIP_CONSTRAINT=/source/constraints.txt PIP_BUILD_CONSTRAINT=/source/constraints.txt
RUN python -m venv /opt/replywatch && /opt/replywatch/bin/pip install --no-cache-dir /source

FROM python:3.13-slim
COPY --from=build /opt/replywatch /opt/replywatch
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin replywatch \
    && install -d -m 0700 -o replywatch -g replywatch /data \
    && install -d -m 0755 /config
ENV PATH=/opt/replywatch/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    REPLYWATCH_CONFIG=/config/replywatch.toml \
    REPLYWATCH_DATABASE=/data/replywatch.sqlite3 \
    XDG_STATE_HOME=/data
USER replywatch
VOLUME ["/data", "/config"]
# 6 if an account failed or was not read for long; offline, and the first pass over a large mailbox takes its time.
HEALTHCHECK --interval=5m --timeout=30s --start-period=1h CMD ["replywatch", "status", "--fail"]
ENTRYPOINT ["replywatch"]
CMD ["poll", "--every", "5m"]
