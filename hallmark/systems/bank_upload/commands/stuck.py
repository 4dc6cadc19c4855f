"""`hallmark bank_upload stuck`: files that were accepted and have not moved for five minutes."""

from hallmark.commands.stuck import stuck_command
from hallmark.systems.bank_upload.commands import OWNER

stuck = stuck_command(OWNER)
