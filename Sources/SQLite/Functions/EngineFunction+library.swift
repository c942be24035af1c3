extension EngineFunction {
    /// The less common functions.
    static let library: [EngineFunction] =
        trigonometry + numberFunctions + textFunctions + byteFunctions + timeFunctions + sessionFunctions
        + arrayFunctions + documentFunctions + jsonPaths + orderedSets + regressions
        + cryptography + uuids
}
