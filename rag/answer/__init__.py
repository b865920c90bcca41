"""From passages to a cited answer or a refusal, by quoting or through an LLM."""
