"""The state that runs leave to each other: a SQLite file that can be rebuilt from the dataset."""
