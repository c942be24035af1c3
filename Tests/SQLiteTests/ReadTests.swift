import OffstageQuery
import OffstageSQL
import OffstageSchema
import OffstageSQLite
import Testing

@Suite struct ReadTests {
    @Test func `rows become JSON as PostgreSQL writes them`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gitanjali \"1910\"", price: "10.50")
        _ = try await shop.insert("Chokher Bali")
        #expect(
            try await shop.body() == """
                [{"id":1,"title":"Gitanjali \\"1910\\"","price":10.50,"sold":false}, \n {"id":2,"title":"Chokher Bali","price":null,"sold":false}]
                """)
    }

    @Test func `a bounded read is answered on the thread that asks`() async throws {
        let shop = try await Shop()
        _ = try await shop.insert("Gora", price: "1")
        let rows = try shop.database.readInline(Shop.bookByID, with: Shop.inputs([.text("1")]), as: .json(nullsStripped: false))
        #expect(rows.map { String(decoding: $0.body, as: UTF8.self) } == #"[{"id":1,"title":"Gora","price":1,"sold":false}]"#)
        #expect(rows?.count == 1)
    }
}
