"""`hallmark screening stuck`: transactions that were accepted and have not moved for five minutes."""

from hallmark.commands.stuck import stuck_command
from hallmark.systems.screening.commands import OWNER

stuck = stuck_command(OWNER, "transaction")
