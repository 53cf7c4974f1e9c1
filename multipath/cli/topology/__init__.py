"""Commands on topology files alone: no Zabbix, no agent."""
