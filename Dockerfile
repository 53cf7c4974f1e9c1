# The agent in a container: docs/install.md#in-a-container says how to run it.
#
#   docker build -t multipath-agent .

FROM python:3.13-slim AS build
COPY pyproject.toml README.md LICENSE /src/
COPY multipath /src/multipath
COPY templates /src/templates
COPY topologies /src/topologies
RUN pip install --no-cache-dir /src
RUN multipath agent build -o /multipath-agent.pyz

FROM python:3.13-slim
COPY --from=build /multipath-agent.pyz /usr/local/lib/multipath/multipath-agent.pyz
RUN useradd --system --uid 990 --gid 0 --no-create-home --home-dir /var/lib/multipath-agent --shell /usr/sbin/nologin multipath-agent
# Of group 0, so that a container run as root without any other right may use it too.
RUN install -d -m 770 -o multipath-agent -g 0 /var/lib/multipath-agent
VOLUME ["/var/lib/multipath-agent"]
USER multipath-agent
ENTRYPOINT ["python3", "-I", "/usr/local/lib/multipath/multipath-agent.pyz"]
CMD ["run", "--help"]
HEALTHCHECK --start-period=30s CMD ["python3", "-I", "/usr/local/lib/multipath/multipath-agent.pyz", "status"]
