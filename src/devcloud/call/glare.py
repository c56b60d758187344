"""Two people who call each other at once have one call, not two."""


def ours_yields(ours: str, theirs: str) -> bool:
    """Whether our call gives way to theirs: the lower call id yields."""
    return ours < theirs
