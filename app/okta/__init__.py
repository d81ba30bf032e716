"""Client of Okta's management API: reads an app, turns on its Refresh Token grant, and confirms that."""
