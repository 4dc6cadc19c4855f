"""Words for numbers of things. Standard library only."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural but for one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
