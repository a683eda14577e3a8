"""The sandbox's pages: a console at its root, and a page for each participant."""
