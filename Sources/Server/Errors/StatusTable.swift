/// Which HTTP status belongs to which error code.
///
/// Source: PostgREST's documented mapping; PostgreSQL 15, appendix A, for the classes.
package enum StatusTable {
    /// - Parameter isAnonymous: 42501 is 401 for somebody without a token (logging in may help) and 403 for anybody else.
    package static func status(_ code: String, isAnonymous: Bool = false) -> Int {
        if let status = exact[code] { return status }
        if code.hasPrefix("OFS") { return OffstageCode(rawValue: code)?.status ?? 500 }
        if code.hasPrefix("PGRST") { return 500 }
        if code == "42501" { return isAnonymous ? 401 : 403 }
        if let status = chosen(code) { return status }
        return classes[String(code.prefix(2))] ?? 400
    }

    /// `PT402` is 402, the way a function chooses a status.
    static func chosen(_ code: String) -> Int? {
        guard code.utf8.count == 5, code.hasPrefix("PT"), let status = Int(code.dropFirst(2)), (200..<600).contains(status) else {
            return nil
        }
        return status
    }

    private static let exact: [String: Int] = [
        "PGRST000": 503, "PGRST001": 503, "PGRST002": 503, "PGRST003": 504,
        "PGRST100": 400, "PGRST101": 405, "PGRST102": 400, "PGRST103": 416, "PGRST105": 405, "PGRST106": 406, "PGRST107": 406,
        "PGRST108": 400, "PGRST111": 500, "PGRST112": 500, "PGRST114": 400, "PGRST115": 400, "PGRST116": 406, "PGRST117": 405,
        "PGRST118": 400, "PGRST120": 400, "PGRST121": 500, "PGRST122": 400, "PGRST123": 400, "PGRST124": 400, "PGRST125": 404,
        "PGRST126": 404, "PGRST127": 400, "PGRST128": 400,
        "PGRST200": 400, "PGRST201": 300, "PGRST202": 404, "PGRST203": 300, "PGRST204": 400, "PGRST205": 404,
        "PGRST300": 500, "PGRST301": 401, "PGRST302": 401, "PGRST303": 401,
        "23503": 409, "23505": 409, "25006": 405, "42P01": 404, "42883": 404, "42P17": 500, "P0001": 400,
        "53100": 507, "53400": 500, "57P01": 503,
    ]

    private static let classes: [String: Int] = [
        "08": 503, "53": 503,
        "28": 403, "0L": 403, "0P": 403,
        "09": 500, "25": 500, "2D": 500, "38": 500, "39": 500, "3B": 500, "40": 500, "54": 500, "55": 500, "57": 500, "58": 500,
        // A `PTxyz` that is no status.
        "PT": 500,
        "F0": 500, "HV": 500, "P0": 500, "XX": 500, "21": 500,
    ]
}
