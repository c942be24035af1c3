import OffstageAuth
import OffstageSQL
import OffstageSchema
import Testing

@testable import OffstageServer

struct CallerAnswerTests {
    @Test func `a key says which role asks`() async throws {
        let desk = try Desk()
        let key = desk.keys.serviceRoleKey
        _ = await desk.ask("GET", "/books", [("apikey", key), ("Authorization", "Bearer \(key)")])
        #expect(desk.shelf.asked.first?.inputs.caller.role == "service_role")
        #expect(desk.shelf.asked.first?.inputs.caller.claims?.contains("service_role") == true)
    }

    @Test func `two roles never share a plan`() async throws {
        let desk = try Desk()
        for _ in 1...3 { _ = await desk.ask("GET", "/books") }
        for _ in 1...3 { _ = await desk.ask("GET", "/books", [("apikey", desk.keys.serviceRoleKey)]) }
        #expect(desk.shelf.planned == 4)
    }

    @Test func `a bad key is 401, never anonymous`() async throws {
        let desk = try Desk()
        let wrong = await desk.ask("GET", "/books", [("apikey", "sb_publishable_nonsense")])
        #expect(wrong.status == 401)
        #expect(
            wrong.text
                == #"{"code":"OFS102","details":null,"hint":"Double check your Supabase `anon` or `service_role` API key.","message":"Invalid API key"}"#
        )
        let token = await desk.ask("GET", "/books", [("Authorization", "Bearer a.b")])
        #expect(token.status == 401)
        #expect(token.errorCode == "PGRST301")
        #expect(token.fields["www-authenticate"]?.hasPrefix("Bearer error=\"invalid_token\"") == true)
        #expect(desk.shelf.asked.isEmpty)
    }

    @Test func `no key is refused where the project asks for one`() async throws {
        let answer = try await Desk(rules: KeyRules(requireKey: true)).ask("GET", "/books")
        #expect(answer.status == 401)
        #expect(answer.errorCode == "OFS101")
    }

    @Test func `a cookie or a parameter is no key`() async throws {
        let desk = try Desk()
        let key = desk.keys.serviceRoleKey
        _ = await desk.ask("GET", "/books", [("Cookie", "apikey=\(key); Authorization=Bearer \(key)")])
        #expect(desk.shelf.asked.first?.inputs.caller.role == "anon")
    }

    @Test func `a role that the door may not become is 401`() async throws {
        let desk = try Desk { $0.schema.roles["authenticator"]?.memberOf = ["authenticated"] }
        let answer = await desk.ask("GET", "/books")
        #expect(answer.status == 401)
        #expect(answer.text == #"{"code":"22023","details":null,"hint":null,"message":"role \"anon\" does not exist"}"#)
    }

    @Test func `denied is 401 for the anonymous and 403 for the rest`() async throws {
        let anonymous = try await Desk().ask("GET", "/vault")
        #expect(anonymous.status == 401)
        #expect(anonymous.fields["www-authenticate"] == "Bearer")
        let desk = try Desk { $0.error = SQLError("42501", "no") }
        #expect(await desk.ask("GET", "/books", [("apikey", desk.keys.serviceRoleKey)]).status == 403)
    }
}
