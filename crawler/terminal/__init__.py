"""What commands share: options, messages, progress, exit codes, logs."""
