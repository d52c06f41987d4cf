"""Many answers under faults: none is lost, none doubled, none left hanging."""
