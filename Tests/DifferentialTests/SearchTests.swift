import Foundation
import OffstageSQL
import OffstageSQLite
import OffstageSchema
import OffstageSyntax
import Testing

@testable import Offstage

/// Text search on texts nobody would write, and the indexes behind it.
@Suite(.inTurns) struct SearchTests {
    private static let pieces = [
        "foo", "Bar", "x", "running", "the", "of", "cats", "1", "12", "3.14", "-5", "+7", "1e10", "2.5e-3", "1.2.3", "a1", "1a", "@", "@@",
        ".", "..",
        "/", "//", "://", "http", "https", "www.", "example.com", "x.y", "a.b.c", "org", "-", "--", "_", "~", "~/", "#", "?", "=", "&",
        "&amp;", "&#65;",
        "&#x41;", "<", ">", "<b>", "</b>", "<br/>", "<!--", "-->", "<script>", "</script>", "<style", "<?xml", "\"", "'", "\\", ":", "::",
        "8080", ";",
        ",", "!", "(", ")", "[", "{", "|", "$", "%", "^", "*", "+", " ", "  ", "\t", "é", "Ü", "ß", "ñ", "日本", "Привет", "Ω", "ς", "İ", "ı",
        "\u{301}",
        "\u{903}", "\u{A0}", "\u{2003}", "\u{200B}", "😀", "٣", "²", "ª", "ǅ", "'s", "usr", "txt", ".tar.gz", "index.html", "e-mail",
        "well-known", "e",
        "or", " or ", "N1", "क", "्", "ำ", "ﬁ", "𝔸",
    ]

    private static let expressions = [
        "to_tsvector('english', $1), to_tsvector('simple', $2)",
        "plainto_tsquery('english', $1), phraseto_tsquery('english', $1), websearch_to_tsquery('english', $1), websearch_to_tsquery('simple', $2)",
        "to_tsvector('english', $1 || ' ' || $2) @@ plainto_tsquery('english', $1), to_tsvector('simple', $1) @@ websearch_to_tsquery('simple', $2)",
        "ts_rank(to_tsvector('english', $1 || $2), plainto_tsquery('english', $2)), ts_rank_cd(to_tsvector('simple', $1 || ' ' || $2), websearch_to_tsquery('simple', $2), 5)",
        "ts_headline('english', $1 || ' lorem ipsum dolor sit amet ' || $2 || ' ' || $1, websearch_to_tsquery('english', $2), 'MaxWords=6, MinWords=3, ShortWord=1')",
        "ts_headline('simple', $1 || ' a b c ' || $2, plainto_tsquery('simple', $2), 'MaxFragments=2, MaxWords=5, MinWords=2')",
        "similarity($1, $2), word_similarity($1, $2), strict_word_similarity($2, $1), show_trgm($1), unaccent($2)",
        "$1 like '%' || left($2, 3) || '%', $1::text % $2",
    ]

    @Test(.enabled(if: Postgres.isWanted, Comment(rawValue: Postgres.absence)))
    func `random texts give PostgreSQL's words, queries, ranks, headlines and trigrams`() async throws {
        let postgres = try Postgres.required()
        let database = try postgres.makeDatabase()
        defer { postgres.drop(database) }
        let embedded = try await Embedded()
        var dice = Dice(Dice.seed)
        func text() -> String {
            (0...dice.roll(1...12)).map { _ in dice.pick(Self.pieces) + (dice.chance(25) ? " " : "") }.joined()
        }
        func quoted(_ text: String) -> String { "'" + text.doubling("'") + "'" }
        var statements = ["create extension pg_trgm", "create extension unaccent"]
        for round in 0..<(Dice.isLong ? 8000 : 800) {
            let (a, b) = (quoted(text()), quoted(text()))
            let list = Self.expressions[round % Self.expressions.count]
            // A text may hold `$2` itself.
            let parts = list.split(separator: "$", omittingEmptySubsequences: false)
            statements.append("select " + parts[0] + parts.dropFirst().map { ($0.hasPrefix("1") ? a : b) + $0.dropFirst() }.joined())
        }
        let expected = try postgres.answers(to: statements, in: database)
        var report = Report("search")
        for (statement, wanted) in zip(statements, expected) {
            report.compare(await embedded.answer(to: statement), wanted, of: statement, in: "seed \(Dice.seed)")
        }
        try report.finish()
    }

    @Test func `whatever is read as a vector or a query prints as what reads the same`() throws {
        var dice = Dice(Dice.seed)
        let signs = [" ", "'", "\\", ":", "1", "A", ",", "*", "&", "|", "!", "(", ")", "<->", "<2>", "a", "é", "\u{301}", "ab"]
        for _ in 0..<20_000 {
            let text = (0...dice.roll(0...12)).map { _ in dice.pick(signs) }.joined()
            if let vector = try? SearchVector(text) { #expect(try SearchVector(vector.text) == vector) }
            if let query = try? SearchQuery(text) { #expect(try SearchQuery(query.text).text == query.text) }
        }
    }

    @Test func `settings choose the configuration and how alike texts must be`() async throws {
        let shown = try await Self.results(
            of: """
                create extension pg_trgm;
                create table people (id int primary key, name text);
                create index on people using gin (name gin_trgm_ops);
                insert into people values (1, 'Anna Karenina'), (2, 'Ana Karina'), (3, 'Boris');
                select to_tsvector('The cats')::text, get_current_ts_config()::text;
                set default_text_search_config = 'simple';
                select to_tsvector('The cats')::text, to_tsquery('The')::text, get_current_ts_config()::text;
                set default_text_search_config = 'pg_catalog.english';
                select to_tsvector('The cats')::text, get_current_ts_config()::text;
                select string_agg(id::text, ',' order by id) from people where name % 'anna';
                set pg_trgm.similarity_threshold = 0;
                select string_agg(id::text, ',' order by id) from people where name % 'zzz';
                set pg_trgm.similarity_threshold = 0.9;
                select string_agg(id::text, ',' order by id) from people where name % 'anna karenina';
                """)
        #expect(
            shown == [
                "'cat':2|english", "'cats':2 'the':1|'the'|simple", "'cat':2|english", "1", "1,2,3", "1",
            ])
    }

    private static func results(of script: String) async throws -> [String] {
        let embedded = try await Embedded()
        return try await embedded.database.transaction { transaction in
            var shown: [String] = []
            var run = FileRun("script.sql", text: script, in: transaction.schema, now: 0)
            run.onResult = { result in
                guard result.verb == "SELECT" else { return }
                shown += result.rows.map { $0.map { if case .text(let text) = $0 { text } else { "\($0)" } }.joined(separator: "|") }
            }
            _ = try run.perform(on: transaction)
            return shown
        }
    }

    // MARK: Indexes

    private static let project = """
        create extension pg_trgm;
        create table docs (
            id bigint generated always as identity primary key, owner text not null, body text,
            tsv tsvector generated always as (to_tsvector('english', coalesce(body, ''))) stored);
        create index docs_tsv on docs using gin (tsv);
        create index docs_body on docs using gin (to_tsvector('simple', body));
        create index docs_like on docs using gin (body gin_trgm_ops);
        create table notes (id bigint primary key, owner text not null, body text, tsv tsvector);
        create index notes_tsv on notes using gin (tsv);
        alter table notes enable row level security;
        create policy own on notes using (owner = auth.uid()::text);
        grant select on notes to authenticated;
        """

    @Test(arguments: [
        ("select id from docs where tsv @@ to_tsquery('english', 'cat')", "docs_tsv~1"),
        ("select id from docs where tsv @@ websearch_to_tsquery('english', 'cat -dog') and owner = 'a'", "docs_tsv~1"),
        ("select id from docs where to_tsquery('english', 'a') @@ tsv", "docs_tsv~1"),
        ("select id from docs d where d.tsv @@ (plainto_tsquery('a') || plainto_tsquery('b'))", "docs_tsv~1"),
        ("select id from docs where to_tsvector('simple', body) @@ to_tsquery('simple', 'cat')", "docs_body~1"),
        ("select id from docs where body like '%needle%'", "docs_like~1"),
        ("select id from docs where body ilike '%NEEDLE%'", "docs_like~1"),
        ("select id from docs where body % 'needle'", "docs_like~1"),
        ("select id from docs where 'needle' <% body", "docs_like~1"),
        ("select id from docs where body like '%needle%' or tsv @@ 'x'::tsquery", "docs_like~1"),
    ])
    func `a search asks its index`(_ statement: String, _ index: String) async throws {
        let plan = try await Self.plan(of: statement, as: .system)
        #expect(plan.contains("public.\(index)"), "\(plan)")
        #expect(!plan.contains("SCAN t1"), "\(plan)")
    }

    @Test func `a search asks its index beside a policy, and the match waits behind it`() async throws {
        let caller = Caller(role: "authenticated")
        let plan = try await Self.plan(of: "select id from notes where tsv @@ to_tsquery('english', 'cat')", as: caller)
        #expect(plan.contains("public.notes_tsv~1") && !plan.contains("SCAN t1"), "\(plan)")
    }

    @Test(arguments: [
        "select id from docs where not tsv @@ to_tsquery('english', 'cat')",
        "select id from docs where to_tsvector('english', body) @@ to_tsquery('english', 'cat')",
        "select id from docs where tsv @@ to_tsquery('english', 'cat') or owner = 'a'",
        "select id, tsv @@ to_tsquery('english', 'cat') from docs",
    ])
    func `where an index does not help the table is read`(_ statement: String) async throws {
        let plan = try await Self.plan(of: statement, as: .system)
        #expect(!plan.contains("~1"), "\(plan)")
    }

    private static func plan(of statement: String, as caller: Caller) async throws -> String {
        let embedded = try await Embedded()
        try await embedded.apply(project)
        guard case .data(let data)? = try parse(statement).first?.kind else { return "" }
        return try await embedded.database.transaction { transaction in
            let prepared = try SQLiteDialect(transaction.schema).prepare(data, as: caller)
            guard case .query(let text) = prepared.program else { return "" }
            return try transaction.rows("EXPLAIN QUERY PLAN \(text.text)").map { row in
                if case .text(let line)? = row.last { line } else { "" }
            }.joined(separator: "\n")
        }
    }
}
