import Testing

@testable import Offstage

struct ErrorsPageTests {
    @Test func `the reference page is the table of error codes`() throws {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(3)
        // Run `offstage errors > Docs/Reference/Errors.md` after a change.
        let page = try #require(try TextFile.readIfPresent(path.joined(separator: "/") + "/Docs/Reference/Errors.md"))
        #expect(page == ErrorsCommand.reference)
    }
}
