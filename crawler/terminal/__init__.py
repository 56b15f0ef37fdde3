"""Parts of commands: options, messages, progress, exit codes, logs."""
