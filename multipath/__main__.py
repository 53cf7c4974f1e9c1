"""``python -m multipath`` is the same as the console script ``multipath``."""

from multipath.cli.main import main

if __name__ == "__main__":
    main()
