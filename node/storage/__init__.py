"""The board in SQLite: dropped and rebuilt from the log at any time."""
