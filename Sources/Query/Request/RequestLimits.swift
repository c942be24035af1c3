/// How much one request may ask for. Everything past a limit is a `PGRST100`; the length of the whole URL is limited before this stage.
package struct RequestLimits: Hashable, Sendable {
    /// `and(or(and(…)))`: how deep conditions may nest.
    package var logicDepth = 32
    /// Conditions in one request, counted over all embeds.
    package var filters = 200
    /// `a(b(c(…)))`, and the names before the column in `a.b.c.column=eq.1`.
    package var embedDepth = 5
    /// Items between one pair of parentheses of `select`.
    package var selectItems = 100
    /// Terms of one `order`.
    package var orderTerms = 32
    /// Names in `columns` and `on_conflict`: as many as a table may have columns.
    package var columns = 1_600
    /// Steps of one JSON path.
    package var jsonSteps = 32
    /// Elements of one `in.(…)`.
    package var listElements = 10_000

    package init() {}
}
