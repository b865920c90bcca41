"""Words about time: found by `words`, given days by `named`, `counted`, `tense` and `periods`, listed by `mentions`."""
