"""The eval suite: gold questions over sample pages, scored offline. Run it with `python -m evals run`."""
