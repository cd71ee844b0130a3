"""Runs the commands from a checkout: ``python cli.py run recordings/``."""

from qa_inspect.commands.main import main

if __name__ == "__main__":
    main()
