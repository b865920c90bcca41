"""What programs reach over HTTP: `tools` is what every door does, and each module beside it is one protocol."""
