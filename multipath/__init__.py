"""multipath: watch the way between two places from several sides at once, inside Zabbix."""

__version__ = "0.1.0"
