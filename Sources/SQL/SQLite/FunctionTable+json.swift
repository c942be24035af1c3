extension FunctionTable {
    static let json = """
        """
}
