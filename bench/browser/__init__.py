"""How a chat feels in a browser: what pages weigh, how soon they stand, how calm they are."""
