"""What is lent to testers, and the module that becomes the installed front door."""
