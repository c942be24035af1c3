import Testing

@testable import Offstage

/// Pages written by commands. Run the command and put what it prints into the page after a change.
struct ReferencePageTests {
    @Test(arguments: [("Errors", ErrorsCommand.reference), ("SQL", SQLReferenceCommand.reference)])
    func `a page is what its command prints`(_ name: String, _ reference: String) throws {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(3)
        let page = try #require(try TextFile.readIfPresent(path.joined(separator: "/") + "/Docs/Reference/\(name).md"))
        #expect(page == reference)
    }
}
