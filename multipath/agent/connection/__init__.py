"""Talking with a Zabbix server: whom, how secured, and one question with its answer."""
