"""What the gates share: commands, waivers, and what is here only for speed."""
