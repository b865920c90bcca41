"""From a saved page to stored articles: read, cut into articles, sentences and chunks, embed, keep in step."""
