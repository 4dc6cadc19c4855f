"""Code that the gates share: commands, waivers, and parts that only improve speed."""
