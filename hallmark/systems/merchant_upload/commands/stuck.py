"""`hallmark merchant_upload stuck`: files that were uploaded and are not finished in time."""

from hallmark.commands.stuck import stuck_command
from hallmark.systems.merchant_upload.commands import OWNER

stuck = stuck_command(OWNER)
