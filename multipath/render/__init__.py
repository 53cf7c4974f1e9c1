"""Edges → desired Zabbix objects through Jinja2. Pure but for finding template files."""
