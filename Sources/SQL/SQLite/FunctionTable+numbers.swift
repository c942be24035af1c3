extension FunctionTable {
    static let numbers = """
        """
}
