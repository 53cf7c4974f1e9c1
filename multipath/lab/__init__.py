"""A real Zabbix on one machine: servers, hosts in network namespaces, an emulated WAN, faults."""
