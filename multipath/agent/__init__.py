"""The probe agent: schedule and account (pure); probe, push and service (I/O)."""
