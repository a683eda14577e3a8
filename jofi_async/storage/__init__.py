"""SQLite on one machine, the project's only layer of it: a file opened with care, one writer thread, a lock."""
