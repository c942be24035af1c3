import OffstageSyntax
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: Corpus.statements)
    func `a statement prints as SQL that reads back as the same tree`(_ sql: String) throws {
        let statement = try #require(try parse(sql).first)
        #expect(statement.source == sql)
        let printed = statement.sql
        let again = try parse(printed)
        try #require(again.count == 1, "\(printed)")
        #expect(again[0].kind == statement.kind, "\(printed)")
        #expect(again[0].sql == printed)
    }

    @Test(arguments: Corpus.expressions)
    func `an expression prints as SQL that reads back as the same tree`(_ sql: String) throws {
        let expression = try parseExpression(sql)
        let printed = expression.sql
        #expect(try parseExpression(printed) == expression, "\(printed)")
        // The same inside everything that brackets what stands in it.
        for wrapped in [
            Expression(.unary("-", Expression(.binary("+", expression, .column("z"))))),
            Expression(.binary("*", expression, expression)),
            Expression(.case(operand: expression, whens: [.init(expression, then: expression)], otherwise: expression)),
            Expression(.between(.column("z"), low: expression, high: expression, symmetric: false, negated: true)),
            Expression(.cast(expression, try parseType("integer"))),
            Expression(.array([expression])),
        ] {
            // Only `*` itself has no place there.
            if case .star = expression.kind { continue }
            #expect(try parseExpression(wrapped.sql) == wrapped, "\(wrapped.sql)")
        }
    }

    @Test(arguments: Corpus.types)
    func `a type prints as SQL that reads back as the same type`(_ sql: String) throws {
        let type = try parseType(sql)
        #expect(try parseType(type.sql) == type, "\(type.sql)")
    }

    @Test func `the corpus is large and covers what the tree can hold`() throws {
        #expect(Corpus.statements.count + Corpus.expressions.count >= 500)
        let others = try Corpus.statements.filter { sql in
            if case .other = try parse(sql).first?.kind { true } else { false }
        }
        // What is kept as text only is known, so that nothing joins the list unseen.
        #expect(
            others.map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
                "drop aggregate a(int)", "explain select 1", "call p(1)", "listen a",
            ])
    }

    @Test func `all of a file reads back, statement by statement`() throws {
        let file = Corpus.statements.joined(separator: ";\n-- next\n") + ";"
        let statements = try parse(file)
        #expect(statements.map(\.source) == Corpus.statements.map { $0 })
    }
}

@Suite struct PrintedTextTests {
    @Test(arguments: [
        ("select A.b , 'x' FROM t a where (a=1) and b like 'x%'", "select a.b, 'x' from t as a where (a = 1) and (b like 'x%')"),
        ("select a+b*c", "select a + (b * c)"),
        ("select cast(a as bigint)", "select a::bigint"),
        ("select \"A\", \"select\", \"b c\", \"a\"\"b\", \"1a\", é", "select \"A\", \"select\", \"b c\", \"a\"\"b\", \"1a\", \"é\""),
        ("select 'a''b', E'\\\\'", "select 'a''b', E'\\\\'"),
        ("select 1 union select 2", "(select 1) union (select 2)"),
        (
            "create table t(id bigint generated always as identity primary key,n numeric(10,2) default 0 not null)",
            "create table t (id bigint generated always as identity primary key, n numeric(10, 2) default 0 not null)"
        ),
        ("create role r connection limit -1", "create role r connection limit -1"),
        ("alter table t set (x = -1)", "alter table t set (x = '-1')"),
        ("create sequence s increment -2 minvalue -9", "create sequence s increment by -2 minvalue -9"),
        ("select -1, a - 1, -2147483648, - 2", "select -1, a - 1, -2147483648, -2"),
        ("create policy p on t for select using (a=auth.uid())", "create policy p on t for select to public using (a = auth.uid())"),
    ])
    func `the printed text is plain`(_ sql: String, _ printed: String) throws {
        #expect(try parse(sql).first?.sql == printed)
    }

    @Test func `what only the planner makes prints as something to read`() {
        let policy = Expression(.binary("=", .column("owner"), Expression(.injected(.value(0)))))
        let secured = FromItem.secured(SecuredTable(Name("public", "books"), as: nil, policy: policy))
        let select = Select(.query(Query([Output(Expression(.star(Name())))], from: [secured])))
        #expect(select.sql == "select * from (select * from public.books where owner = $1) as books")
    }

    @Test func `a statement the tree does not hold whole prints as its source`() throws {
        for sql in ["vacuum t", "create table t (a int) partition by range (a)", "alter table t alter a set statistics 5"] {
            #expect(try parse(sql).first?.sql == sql)
        }
    }
}
