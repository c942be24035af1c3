import OffstageSyntax
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct LimitTests {
    private func code(_ sql: String, limits: ParseLimits = .default) -> String? {
        do throws(SyntaxError) {
            _ = try parse(sql, limits: limits)
            return nil
        } catch {
            return error.code
        }
    }

    /// Texts that nest `count` levels, each in another way.
    static func deep(_ count: Int) -> [String] {
        func times(_ text: String) -> String { String(repeating: text, count: count) }
        return [
            "select 1" + times(" + 1"), "select " + times("not ") + "a", "select " + times("- ") + "a", "select " + times("+") + "a",
            "select " + times("~ ") + "a", "select a" + times(" || b"), "select a" + times("::int"), "select a" + times(" is null"),
            "select a" + times(" isnull"), "select a" + times(" collate c"), "select a" + times(" at time zone b"),
            "select " + times("(select ") + "1" + times(")"), "select " + times("f(") + "1" + times(")"),
            "select " + times("case when a then ") + "1" + times(" end"),
            "select " + times("case a when x.end then ") + "1" + times(" end"),
            "select " + times("array[") + "1" + times("]"), "select " + times("a[") + "1" + times("]"),
            "select 1" + times(" union select 1"), "select 1" + times(" union all select 1 where a and b"),
            "select * from a" + times(" join b on c = d"), "select * from a" + times(" natural join b"),
            "select * from " + times("(select * from ") + "a" + times(") x"),
            "select " + times("a between 1 and not ") + "b", "select a" + times(" operator(pg_catalog.+) 1"),
            "select " + times("row(") + "1" + times(")"), "select " + times("exists (select ") + "1" + times(")"),
            "select a" + times(" like b"), "select a" + times(" -> 'b'"), "select a" + times(" in (1)"), "select a" + times(" = any (b)"),
            times("with x as (") + "select 1" + times(") select 1"), "select " + times("(1, ") + "2" + times(")"),
            "select " + times("(a and ") + "b" + times(")"), "select " + times("(a or b) and (") + "b" + times(")"),
            "select 1 as case, 2" + times(" + 1"), "select E'\\'' " + times("+ a "), "select E'x'\n'\\'' " + times("+ a "),
            "select $a$ $$ $a$ " + times("|| a "), "select \"(\" " + times("- a"), "select /* /* ' */ */ 1 " + times("- a"),
            "create table t (a int check (" + times("not ") + "a))", "update t set a = 1" + times(" + 1"),
            "create function f() returns int begin atomic select 1; select 1" + times(" + 1") + "; end",
            times("create function f() returns int begin atomic ") + "select 1; " + times("end; "),
            times("create function f() returns int begin atomic select 1 end; ") + "select 1; " + times("end; "),
            "select 1 from a group by " + times("grouping sets (") + "a" + times(")"),
        ]
    }

    @Test(arguments: [5_000, 40_000])
    func `what nests too deeply is an error, whatever it nests with`(_ count: Int) {
        for sql in Self.deep(count) {
            let code = code(sql)
            #expect(["54001", "54000", "42601"].contains(code), "\(sql.prefix(60)) … \(code ?? "read")")
        }
    }

    @Test func `brackets without end and without meaning are errors`() {
        for sql in [
            "select " + String(repeating: "(", count: 10_000) + "1" + String(repeating: ")", count: 10_000),
            String(repeating: "(", count: 1_000_000), String(repeating: "[", count: 100_000), String(repeating: ")", count: 100_000),
            String(repeating: "case ", count: 100_000), String(repeating: "begin;", count: 10_000) + "(",
            String(repeating: "'", count: 100_001),
            String(repeating: "/*", count: 100_000), String(repeating: "/**/", count: 100_000),
            "select 1 " + String(repeating: "+-", count: 100_000), "$", "$a", "$a$", "E'\\", "\"",
        ] {
            let isRefused = code(sql) != nil
            #expect(isRefused, "\(sql.prefix(20))")
        }
    }

    @Test func `what stands side by side is not deep`() throws {
        let many = 5_000
        func list(_ text: String, _ separator: String) -> String { Array(repeating: text, count: many).joined(separator: separator) }
        for sql in [
            "select 1 where " + list("a = 1 + 2", " and "), "select 1 where " + list("a in (1, 2)", " or "),
            "select 1 where " + list("a between 1 and 2", " and "), "select " + list("a - -1", ", "),
            "insert into t values " + list("(1, -2, 'x')", ", "),
            list("select a + 1", ";\n"), "select case " + list("when a = -1 then not b", " ") + " end", "select " + list("(a + 1)", ", "),
            "create table t (" + list("a int not null default -1 check (a is not null)", ", ") + ")",
        ] {
            let code = code(sql)
            #expect(code == nil, "\(sql.prefix(60))")
        }
    }

    @Test func `a text of many names on the left is not copied without end`() {
        let names = Array(repeating: "a", count: 1600).joined(separator: ", ")
        var sql = "select 1"
        for _ in 0..<40 { sql = "with x as (update t set (\(names)) = (\(sql))) select 1" }
        #expect(code(sql) == "54001")
    }

    @Test func `a text that is too large is an error`() {
        #expect(code("select '\(String(repeating: "x", count: 100))'", limits: ParseLimits(bytes: 100)) == "54000")
        #expect(code("select '\(String(repeating: "x", count: 4 << 20))'") == "54000")
        #expect(code("select '\(String(repeating: "x", count: 1 << 20))'") == nil)
    }

    @Test func `a smaller depth can be asked for, a greater one not`() {
        #expect(code("select ((1 + 2) + 3) + 4", limits: ParseLimits(depth: 3)) == "54001")
        #expect(code("select (1 + 2) + 3", limits: ParseLimits(depth: 10)) == nil)
        #expect(ParseLimits(depth: 1_000_000).depth == ParseLimits.greatestDepth)
    }

    /// Everything as deep as it may be, on a stack as small as that of a thread of Swift's pool.
    @Test func `the deepest trees are printed, compared, hashed and freed on a small stack`() throws {
        var deepest: [String] = []
        for index in Self.deep(1).indices {
            // The greatest count that is read.
            var low = 1
            var high = ParseLimits.greatestDepth * 5
            while low + 1 < high {
                let middle = (low + high) / 2
                if code(Self.deep(middle)[index]) == nil { low = middle } else { high = middle }
            }
            deepest.append(Self.deep(low)[index])
        }
        let done = onSmallStack {
            var unequal: [String] = []
            for sql in deepest {
                guard let one = try? parse(sql), let two = try? parse(sql) else { continue }
                let printed = one.map(\.sql).joined(separator: ";")
                // What is printed can always be read again.
                guard one == two, one.hashValue == two.hashValue, let again = try? parse(printed), again.map(\.kind) == one.map(\.kind)
                else {
                    unequal.append(String(sql.prefix(60)))
                    continue
                }
            }
            return unequal
        }
        #expect(done == [])
    }

    private func onSmallStack(_ work: @escaping () -> [String]) -> [String]? {
        final class Box {
            let work: () -> [String]
            var result: [String]?
            init(_ work: @escaping () -> [String]) { self.work = work }
        }
        let box = Box(work)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let pointer = Unmanaged.passUnretained(box).toOpaque()
        #if canImport(Darwin)
            pthread_create(
                &thread, &attributes,
                { box in
                    let box = Unmanaged<Box>.fromOpaque(box).takeUnretainedValue()
                    box.result = box.work()
                    return nil
                }, pointer)
            if let thread { pthread_join(thread, nil) }
        #else
            pthread_create(
                &thread, &attributes,
                { box in
                    guard let box else { return nil }
                    let unboxed = Unmanaged<Box>.fromOpaque(box).takeUnretainedValue()
                    unboxed.result = unboxed.work()
                    return nil
                }, pointer)
            pthread_join(thread, nil)
        #endif
        return box.result
    }
}
