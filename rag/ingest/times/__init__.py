"""Words about time: found by `words`, given a meaning by `rules`, `tense` and `periods`, listed by `mentions`."""
