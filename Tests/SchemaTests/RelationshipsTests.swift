import OffstageSchema
import OffstageSyntax
import Testing

struct RelationshipsTests {
    private let shop: Schema
    private let relationships: Relationships

    init() throws {
        shop = try schema(
            """
            create table authors (id int primary key, name text);
            create table books (id int primary key, main_author int references authors, second_author int references authors, cover int unique);
            create table book_authors (book_id int references books, author_id int references authors, primary key (book_id, author_id));
            create table covers (book_id int primary key references books (id), path text);
            create table nodes (id int primary key, parent_id int references nodes);
            create table tags (id int primary key, name text);
            create table book_tags (book_id int references books, tag_id int references tags, weight int);
            create view titles as select id, main_author as author from books;
            create view people as select id as person, name from authors;
            create schema other; create table other.things (id int primary key, book int references books);
            """)
        relationships = Relationships(shop)
    }

    private func candidates(_ from: String, _ target: String, _ hint: String? = nil) -> [Relationship] {
        relationships.candidates(from: QualifiedName("public", from), target: target, hint: hint)
    }

    @Test func `a key is many to one from where it is held, and one to many back`() throws {
        let up = try #require(candidates("book_tags", "tags").first)
        #expect(
            up.cardinality == .manyToOne && up.columns == ["tag_id"] && up.referenced == ["id"] && up.constraint == "book_tags_tag_id_fkey")
        let down = candidates("tags", "book_tags")
        #expect(down.map(\.cardinality) == [.oneToMany])
        #expect(down.first?.columns == ["id"] && down.first?.referenced == ["tag_id"])
    }

    @Test func `two keys to one table are ambiguous until a column, a constraint or the key's own name says which`() {
        #expect(candidates("books", "authors").count == 3)
        #expect(candidates("books", "authors", "main_author").map(\.constraint) == ["books_main_author_fkey"])
        #expect(candidates("books", "authors", "books_second_author_fkey").map(\.columns) == [["second_author"]])
        #expect(candidates("books", "main_author").map(\.to.name) == ["authors"])
        #expect(candidates("authors", "books", "second_author").map(\.cardinality) == [.oneToMany])
    }

    @Test func `a key whose columns are unique is one to one both ways`() throws {
        #expect(candidates("covers", "books").map(\.cardinality) == [.oneToOne])
        let back = try #require(candidates("books", "covers").first)
        #expect(back.cardinality == .oneToOne && !back.isReferencing && back.isToOne)
    }

    @Test func `a junction needs both keys inside its primary key`() throws {
        let across = try #require(candidates("books", "authors", "book_authors").first)
        #expect(across.cardinality == .manyToMany)
        #expect(across.junction?.table == QualifiedName("public", "book_authors"))
        #expect(across.junction?.columns == ["book_id"] && across.junction?.otherColumns == ["author_id"])
        #expect(candidates("books", "tags").isEmpty)
    }

    @Test func `a table that refers to itself has children under its name and the parent under the column`() {
        #expect(candidates("nodes", "nodes").map(\.cardinality) == [.oneToMany])
        #expect(candidates("nodes", "parent_id").map(\.cardinality) == [.manyToOne])
        #expect(candidates("nodes", "nodes", "id").map(\.cardinality) == [.manyToOne])
        #expect(candidates("nodes", "nodes", "parent_id").map(\.cardinality) == [.oneToMany])
    }

    @Test func `views that show a key's columns take part under their own column names`() throws {
        let up = try #require(candidates("titles", "authors").first { $0.junction == nil })
        #expect(up.cardinality == .manyToOne && up.columns == ["author"] && up.referenced == ["id"])
        #expect(candidates("titles", "people", "books_main_author_fkey").map(\.referenced) == [["person"]])
        #expect(candidates("people", "books", "main_author").map(\.columns) == [["person"]])
        // A column or constraint as the target means a table.
        #expect(candidates("books", "main_author").map(\.isToView) == [false])
    }

    @Test func `only relations of the asked schema are found`() {
        #expect(candidates("books", "things").isEmpty)
        #expect(relationships.candidates(from: QualifiedName("public", "books"), target: "things", in: "other").count == 1)
        #expect(!relationships.targets(from: QualifiedName("public", "books")).contains("things"))
    }
}
