"""Work on files of strangers, in processes that can be ended."""
