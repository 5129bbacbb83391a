UPDATE tj_sequence SET value = value + 1 WHERE name = 'version'
