"""The Zabbix API: connect, read, apply; the differences between versions."""
