"""Runs: the schedule before, the outcomes, the row and the judgement after."""
