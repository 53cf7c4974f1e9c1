"""From a measurement to Zabbix: kept on disk until the server has it."""
