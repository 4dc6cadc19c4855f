"""The commands of `hallmark`, one file each: options in, work done elsewhere, result shown."""
