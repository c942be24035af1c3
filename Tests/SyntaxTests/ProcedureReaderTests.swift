import OffstageSyntax
import Testing

/// The reader of PL/pgSQL bodies: what it makes of them, and that it accepts what PostgreSQL's own reader accepts.
@Suite struct ProcedureReaderTests {
    private func body(_ text: String, parameters: [String?] = [], _ result: ProcedureSignature.Result = .value) throws -> ProcedureBody {
        try parseProcedure(text, ProcedureSignature("f", parameters: parameters, result))
    }

    private func failure(_ text: String, _ result: ProcedureSignature.Result = .value) -> SyntaxError? {
        do throws(SyntaxError) {
            _ = try parseProcedure(text, ProcedureSignature("f", result))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a field of a rowtype variable can be assigned`() throws {
        let body = try body("declare r books%rowtype; begin r.title := 'x'; return 1; end")
        guard case .assign(let target, _)? = body.block.statements.first?.kind else {
            Issue.record("no assignment")
            return
        }
        #expect(target.steps == [.field("title")])
        #expect(body.variables[target.variable].kind == .declared(.row(Name("books"))))
    }

    @Test func `a variable of an inner block hides one of the same name`() throws {
        let body = try body("declare x int; begin declare x text; begin x := 'a'; end; x := 1; return x; end")
        guard case .block(let inner)? = body.block.statements.first?.kind, case .assign(let a, _)? = inner.statements.first?.kind,
            case .assign(let b, _) = body.block.statements[1].kind
        else {
            Issue.record("not as written")
            return
        }
        #expect(a.variable != b.variable)
    }

    @Test func `errors have their place in the body`() {
        let text = "begin\n  x := 1;\nend"
        #expect(failure(text)?.message == "\"x\" is not a known variable")
        #expect(failure(text)?.location.line == 2)
        #expect(failure(text)?.location.column == 3)
        #expect(failure("begin return 1 +; end")?.code == "42601")
    }

    @Test func `a text that is built is not executed`() {
        let error = failure("declare t text := 'books'; begin execute 'select * from ' || t; return 1; end")
        #expect(error?.code == "0A000")
        #expect(error?.hint?.contains("USING") == true)
        #expect(failure("begin execute 'select ' || '1'; return 1; end") == nil)
    }

    @Test func `what cannot run here is refused when it is read`() {
        for text in [
            "declare c cursor for select 1; begin return 1; end", "begin commit; return 1; end",
            "begin create table t (a int); return 1; end",
            "begin call p(); return 1; end", "begin truncate t; return 1; end",
        ] {
            #expect(failure(text)?.code == "0A000", "\(text)")
            #expect(failure(text)?.hint != nil, "\(text)")
        }
    }

    @Test func `blocks inside blocks have an end`() {
        let deep = String(repeating: "begin ", count: 500) + "null; " + String(repeating: "end; ", count: 500)
        #expect(failure("begin " + deep + " return 1; end")?.code == "54001")
        #expect(failure("begin " + String(repeating: "if true then ", count: 5000))?.code == "54001")
    }

    /// The reader and PostgreSQL's own accept the same.
    @Test(arguments: [
        "begin return 1; end", "declare a int; b text := 'x'; begin a := 1; return a; end;", "<<l>> begin exit l; end l",
        "begin for i in 1..3 loop null; end loop; return 1; end", "begin for i in reverse 3..1 by 2 loop null; end loop; return 1; end",
        "declare r record; begin for r in select 1 as a loop return r.a; end loop; return 2; end",
        "begin case 1 when 1, 2 then return 1; else return 2; end case; end", "begin if a then b := 1; end if; end",
        "begin return 1 end", "begin x := 1; end", "begin loop end; end",
        "begin raise notice '%', 1; return 1; end", "begin raise notice '%'; return 1; end", "begin raise; return 1; end",
        "begin return 1; exception when others then return 2; end", "begin return 1; exception when nosuch then return 2; end",
        "begin perform 1; execute 'select 1'; get diagnostics x = row_count; return 1; end",
        "declare x int; begin get diagnostics x = row_count; select 1 into strict x; return x; end",
        "declare x int := 1; y constant text not null default 'a'; begin assert x > 0, y; return x; end",
        "begin while true loop exit when true; continue; end loop; return 1; end", "begin end", "begin ; end", "return 1", "",
        "declare x int[]; begin x[1] := 2; foreach x in array x loop end loop; return 1; end", "begin select a b c; return 1; end",
        "begin insert into t values (1) returning a into b; return 1; end", "begin update t set a = 1 where b = 2; return 1; end",
    ])
    func `the same bodies are read as PostgreSQL reads`(_ text: String) {
        let whole = "create function f() returns int language plpgsql as $body$\(text)$body$"
        var isRead = true
        do throws(SyntaxError) { _ = try parsePLpgSQL(whole) } catch { isRead = false }
        #expect(
            (failure(text) == nil) == isRead, "\(text): \(failure(text)?.message ?? "read"), PostgreSQL \(isRead ? "reads it" : "refuses")")
    }
}
