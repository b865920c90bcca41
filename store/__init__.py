"""What is kept: a truth store (SQLite) and a vector index (Chroma) behind one door, `store.store.Store`."""
