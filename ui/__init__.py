"""The chat's parts: what a reply looks like (`markup`), how it comes in (`talk`), the page beside it (`reader`)."""
