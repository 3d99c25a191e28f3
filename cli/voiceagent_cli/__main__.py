"""`python -m voiceagent_cli`: the command line without its script, as our own child processes call it."""

from voiceagent_cli.main import main

if __name__ == "__main__":
    main()
