extension EngineFunction {
    /// Everything that is registered when a connection opens.
    static let all: [EngineFunction] = writing + rowSets + calls + storagePaths + ofTypes
}

extension EngineCollation {
    static let all: [EngineCollation] = types
}
