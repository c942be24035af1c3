extension FunctionTable {
    static let times = """
        """
}
