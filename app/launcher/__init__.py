"""The installed front door, a module that the wheel puts beside everything else as `lapse`."""
