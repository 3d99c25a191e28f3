"""One file per command; the path is the words: `commands/calls/list.py` is `voiceagent calls list`.

A command file has `command(...)`, whose signature is the options and whose docstring is the help. It imports the library inside
the function, makes one call into it, and speaks through the terminal.
"""
