"""Commands that make Zabbix what the topologies ask for, or show what they would do."""
