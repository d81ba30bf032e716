"""What every panel and its controller stand on: commands, tasks, the clipboard, the right column, errors in words."""
