"""What the RFCs say: requests built and responses read in pairs; no storage, no policy."""
