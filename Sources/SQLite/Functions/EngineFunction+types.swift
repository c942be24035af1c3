extension EngineFunction {
    /// PostgreSQL's functions, operators, casts and aggregates, as the function table and the translator call them.
    static let ofTypes: [EngineFunction] =
        integers + floats + numerics + casts + likes + patterns + texts + times + documents + arrays + random + aggregates + collecting
        + rows + extremes + library + ranges + networks + smallTypes + zones + packedRows + jsonRecords
        + searching + searchIndexing + alike
}
