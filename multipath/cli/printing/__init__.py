"""How all commands print: to a terminal, to a pipe, to a file."""
