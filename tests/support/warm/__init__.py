"""Commands in processes that are forked from one which has the libraries loaded: starting one anew takes a second.

A forked process has its caller's arguments, environment, folder and streams, and nothing of an earlier command. What a
process reads of its environment while it starts cannot be changed later: where that differs, a process is started.
"""
