"""The judgement of any template by a catalogue of one's own: rows, cases, waivers, and what is printed of them."""
