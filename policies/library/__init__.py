"""The library: policies by topic; a row of a catalogue makes a control of one or more."""
