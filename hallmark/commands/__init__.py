"""The commands of `hallmark`, one file each: parse options, call the work, print the result."""
