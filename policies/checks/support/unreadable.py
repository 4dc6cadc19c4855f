"""What every reader of a template raises."""


class Unreadable(Exception):
    """The file is no CloudFormation template; the message is one line."""
