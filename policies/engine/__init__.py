"""Engine of the policies: templates as a whole, what they mean, and how a control judges one."""
