"""Problems: watching the fleet by the rules, finding causes, and keeping what was found in the store."""
