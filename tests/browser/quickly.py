"""Streamlit's command, serving the app with what ``tests/quick.py`` cuts short: python -m tests.browser.quickly run."""

from importlib import import_module

from streamlit.web.cli import main

from tests.quick import SHORT

if __name__ == "__main__":
    for place, value in SHORT.items():
        module, name = place.rsplit(".", 1)
        setattr(import_module(module), name, value)
    main()
