"""How fast search and ingest are, as ratios to the bare cost of their parts and to stock LlamaIndex, in one run."""
