"""What the system gives: sockets, their time stamps, names, clocks."""
