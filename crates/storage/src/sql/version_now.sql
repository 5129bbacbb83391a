SELECT value FROM tj_sequence WHERE name = 'version'
