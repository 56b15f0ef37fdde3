"""The commands that are typed: a file each, named as the command is."""
