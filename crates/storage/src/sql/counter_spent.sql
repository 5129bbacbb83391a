SELECT spend_nusd FROM tj_counter WHERE scope = $1 AND scope_id = $2
