"""`api_handler` answers the API: it hands out presigned forms for uploads."""
