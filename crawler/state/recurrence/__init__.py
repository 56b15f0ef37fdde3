"""Lines that recur in unlike articles of an outlet: pure functions that find, decide and take them.

No single page can tell a house notice in new words from the article; other articles can.
"""
