"""Speed, memory and quality, as ratios against named peers in the same run."""
