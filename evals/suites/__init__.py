"""Public benchmark sets, each read from a folder or file that the user names; none of their texts is kept here."""
