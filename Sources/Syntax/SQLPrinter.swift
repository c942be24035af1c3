extension Statement { package var sql: String { source } }
