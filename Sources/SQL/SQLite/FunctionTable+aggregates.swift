extension FunctionTable {
    static let aggregates = """
        """
}
