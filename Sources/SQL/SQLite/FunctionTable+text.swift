extension FunctionTable {
    static let text = """
        """
}
