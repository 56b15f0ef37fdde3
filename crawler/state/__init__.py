"""What runs know of each other: one SQLite file that can be rebuilt from the dataset."""
