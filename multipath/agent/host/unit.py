"""The agent as a service of systemd: its unit, and where its files are. Pure."""

SERVICE = "multipath-agent.service"
USER = "multipath-agent"
ARCHIVE = "/usr/local/lib/multipath/multipath-agent.pyz"
CONFIG = "/etc/multipath/agent.toml"
UNIT = f"/etc/systemd/system/{SERVICE}"
STATE = "/var/lib/multipath-agent"
LOGS = "/var/log/multipath"

_UNIT = """\
[Unit]
Description=multipath probe agent
Wants=network-online.target
After=network-online.target
# Tried again for ever: a host that recovers at night must be measured in the morning.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
# The measuring loop shows life; when it does not turn any more the agent is started again.
WatchdogSec=30
TimeoutStopSec=15
User={user}
Group={user}
StateDirectory=multipath-agent
StateDirectoryMode=0700
LogsDirectory=multipath
LogsDirectoryMode=0750
UMask=0077

# The one right that it needs: to send ICMP.
AmbientCapabilities=CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_RAW
NoNewPrivileges=yes

# All else is taken away.
DevicePolicy=closed
KeyringMode=private
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
PrivateMounts=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallErrorNumber=EPERM
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

# Should it ever go wrong, it does not take the host with it.
LimitNOFILE=65536
MemoryMax=512M
TasksMax=128

[Install]
WantedBy=multi-user.target
"""


def start_command(python: str) -> str:
    """Return the command that runs an installed agent."""
    return f"{python} -I {ARCHIVE} run --config {CONFIG}"


def start_without_systemd(python: str) -> str:
    """Return a command for root that runs an installed agent as its own user."""
    rights = "--inh-caps +net_raw --ambient-caps +net_raw"
    return (
        f"setpriv --reuid {USER} --regid {USER} --clear-groups {rights} -- {start_command(python)}"
    )


def unit(python: str) -> bytes:
    """Return the unit that runs an installed agent with this Python."""
    return _UNIT.format(command=start_command(python), user=USER).encode()
