"""What every panel and its controller use: commands, tasks, the clipboard, the right column, errors in words."""
