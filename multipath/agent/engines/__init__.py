"""The ways of sending packets: ICMP, TCP, UDP, HTTP."""
