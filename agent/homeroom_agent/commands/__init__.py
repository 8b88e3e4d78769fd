"""One file per command, imported only when the command is given: ``main(options) -> exit status``."""
