package import OffstageJSON

/// A span of months, days and microseconds, kept apart as PostgreSQL keeps them: a month has no fixed number of days.
///
/// Source: PostgreSQL 15, chapter 8.5.4.
package struct Interval: Hashable, Sendable {
    package var months: Int32
    package var days: Int32
    package var microseconds: Int64

    package init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
        self.months = months
        self.days = days
        self.microseconds = microseconds
    }

    /// PostgreSQL's `interval_in`: `1 day 02:03`, `1 year 2 mons`, `3-4 5 06:07:08`, `P1Y2M3DT4H`, `2 weeks ago`.
    package init(_ text: String, _ modifier: TypeModifier? = nil) throws(SQLError) {
        do throws(DateTimeFields.Failure) {
            self = try IntervalReading.interval(text, modifier)
        } catch {
            if case .range = error { throw DateTimeFields.Failure.intervalRange.sqlError(text, as: "interval") }
            throw error.sqlError(text, as: "interval")
        }
        self = cut(to: modifier)
    }

    /// Without the fields that are not asked for, and the seconds rounded.
    package func cut(to modifier: TypeModifier?) -> Interval {
        var result = self
        guard case .fields(let fields, let digits) = modifier else {
            result.microseconds = DateTimeText.rounded(microseconds, modifier)
            return result
        }
        switch fields {
        case .year: result = Interval(months: months / 12 * 12)
        case .month, .yearToMonth: result = Interval(months: months)
        case .day: result.microseconds = 0
        case .hour, .dayToHour: result.microseconds -= microseconds % 3_600_000_000
        case .minute, .dayToMinute, .hourToMinute: result.microseconds -= microseconds % 60_000_000
        case .second, .dayToSecond, .hourToSecond, .minuteToSecond:
            if let digits { result.microseconds = DateTimeText.rounded(microseconds, .precision(digits)) }
        }
        return result
    }

    /// The span as one number of microseconds, a month as 30 days: what intervals are compared by.
    package var span: Int128 {
        (Int128(months) * 30 + Int128(days)) * Int128(CivilTime.microsecondsPerDay) + Int128(microseconds)
    }

    /// As PostgreSQL prints it: `1 year 2 mons -3 days +04:05:06.7`.
    package var text: String {
        var writer = JSONWriter(capacity: 64)
        write(into: &writer)
        return writer.text
    }

    package func write(into writer: inout JSONWriter) {
        let start = writer.count
        var afterNegative = false
        for (value, unit) in [(Int(months / 12), "year"), (Int(months % 12), "mon"), (Int(days), "day")] where value != 0 {
            if writer.count > start { writer.byte(UInt8(ascii: " ")) }
            if afterNegative, value > 0 { writer.byte(UInt8(ascii: "+")) }
            writer.integer(Int64(value))
            writer.byte(UInt8(ascii: " "))
            writer.raw(text: unit)
            if value != 1 { writer.byte(UInt8(ascii: "s")) }
            afterNegative = value < 0
        }
        guard microseconds != 0 || writer.count == start else { return }
        if writer.count > start { writer.byte(UInt8(ascii: " ")) }
        if microseconds < 0 {
            writer.byte(UInt8(ascii: "-"))
        } else if afterNegative {
            writer.byte(UInt8(ascii: "+"))
        }
        let magnitude = microseconds.magnitude
        let hours = Int(magnitude / 3_600_000_000)
        if hours < 100 { writer.padded(hours, width: 2) } else { writer.integer(Int64(hours)) }
        DateTimeOutput.minutesAndSeconds(Int64(magnitude % 3_600_000_000), into: &writer)
    }
}

extension IntervalFields {
    fileprivate var plainUnit: IntervalReading.Unit {
        switch self {
        case .year: .year
        case .month, .yearToMonth: .month
        case .day: .day
        case .hour, .dayToHour: .hour
        case .minute, .hourToMinute, .dayToMinute: .minute
        case .second, .dayToSecond, .hourToSecond, .minuteToSecond: .second
        }
    }
}

/// Reads an interval from its end, because a unit stands behind its number.
private struct IntervalReading {
    typealias Failure = DateTimeFields.Failure

    enum Unit: Int {
        case microsecond, millisecond, second, minute, hour, day, week, month, year, decade, century, millennium
    }

    private var months: Int64 = 0
    private var days: Int64 = 0
    private var microseconds: Int64 = 0
    private var seen: Set<Int> = []
    private static let clock = 100

    /// What a number without a unit counts.
    private var plain = Unit.second
    /// `1:30` is of minutes and seconds.
    private var isMinuteToSecond = false

    static func interval(_ text: String, _ modifier: TypeModifier?) throws(Failure) -> Interval {
        var reading = IntervalReading()
        if case .fields(let fields, _) = modifier {
            reading.plain = fields.plainUnit
            reading.isMinuteToSecond = fields == .minuteToSecond
        }
        do throws(Failure) {
            try reading.fields(DateTimeFields(text).fields)
        } catch {
            guard case .syntax = error, text.utf8.first == UInt8(ascii: "P") else { throw error }
            reading = IntervalReading()
            try reading.standard(Array(text.utf8.dropFirst()))
        }
        return try reading.result()
    }

    private func result() throws(Failure) -> Interval {
        guard let months = Int32(exactly: months) else { throw abs(months) > 1 << 36 ? .intervalRange : .intervalTotal }
        guard let days = Int32(exactly: days) else { throw .intervalRange }
        return Interval(months: months, days: days, microseconds: microseconds)
    }

    private mutating func fields(_ fields: [DateTimeFields.Field]) throws(Failure) {
        var unit: Unit?
        var ago = false
        for field in fields.reversed() {
            switch field.kind {
            case .time:
                try clock(ClockReading(field.text), negative: false)
                unit = .day
            case .zone where field.text.contains(UInt8(ascii: ":")):
                guard let reading = try? ClockReading(Array(field.text.dropFirst())) else { throw .syntax }
                try clock(reading, negative: field.text.first == UInt8(ascii: "-"))
                unit = .day
            case .zone, .date, .number:
                try number(field.text, &unit)
            case .word, .special:
                if field.text == Array("ago".utf8) {
                    ago = true
                    unit = nil
                } else if field.text == Array("at".utf8) || field.text == Array("on".utf8) {
                    continue
                } else {
                    guard let known = Self.units[String(decoding: field.text, as: UTF8.self)] else { throw .syntax }
                    unit = known
                }
            }
        }
        guard !seen.isEmpty else { throw .syntax }
        guard ago else { return }
        guard months != .min, days != .min, microseconds != .min else { throw .intervalRange }
        (months, days, microseconds) = (-months, -days, -microseconds)
    }

    private mutating func note(_ parts: Int...) throws(Failure) {
        for part in parts where !seen.insert(part).inserted { throw .syntax }
    }

    private mutating func clock(_ clock: ClockReading, negative: Bool) throws(Failure) {
        try note(Unit.second.rawValue, Unit.minute.rawValue, Unit.hour.rawValue)
        var seconds = Int64(clock.hour) * 3600 + Int64(clock.minute * 60 + clock.second)
        if isMinuteToSecond, clock.isShort { seconds /= 60 }
        let value = seconds * 1_000_000 + clock.fraction
        try add(&microseconds, negative ? -value : value)
    }

    private mutating func number(_ text: [UInt8], _ unit: inout Unit?) throws(Failure) {
        var rest = text[...]
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let digits = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(digits.count)
        guard digits.count <= 18 || Int64(String(decoding: digits, as: UTF8.self)) != nil else { throw .range }
        var value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
        var part = 0.0
        if rest.first == UInt8(ascii: "-") {
            // SQL's years and months: `3-4`.
            guard !digits.isEmpty else { throw .syntax }
            let more = rest.dropFirst()
            guard more.allSatisfy(\.isDigit), more.count <= 9 else { throw .syntax }
            let extra = more.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
            guard extra < 12 else { throw .range }
            let (months, overflow) = value.multipliedReportingOverflow(by: 12)
            let (sum, overflowed) = months.addingReportingOverflow(extra)
            guard !overflow, !overflowed else { throw .range }
            value = sum
            unit = .month
        } else if rest.first == UInt8(ascii: ".") {
            guard rest.dropFirst().allSatisfy(\.isDigit) else { throw .syntax }
            part = rest.count == 1 ? 0 : Double("0" + String(decoding: rest, as: UTF8.self)) ?? 0
        } else if !rest.isEmpty || digits.isEmpty {
            throw .syntax
        }
        let known = unit ?? plain
        // Before hours stand days.
        if known == .hour { unit = .day }
        try add(negative ? -value : value, negative ? -part : part, of: known)
        switch known {
        case .second where part != 0: try note(Unit.second.rawValue, Unit.millisecond.rawValue, Unit.microsecond.rawValue)
        default: try note(known.rawValue)
        }
    }

    private mutating func add(_ value: Int64, _ part: Double, of unit: Unit) throws(Failure) {
        switch unit {
        case .microsecond: try addTime(value, part, 1)
        case .millisecond: try addTime(value, part, 1000)
        case .second: try addTime(value, part, 1_000_000)
        case .minute: try addTime(value, part, 60_000_000)
        case .hour: try addTime(value, part, 3_600_000_000)
        case .day:
            try add(&days, value)
            try addTime(0, part, 86_400_000_000)
        case .week:
            try add(&days, value, times: 7)
            try addDays(part * 7)
        case .month:
            try add(&months, value)
            try addDays(part * 30)
        case .year: try addYears(value, part, 12)
        case .decade: try addYears(value, part, 120)
        case .century: try addYears(value, part, 1200)
        case .millennium: try addYears(value, part, 12_000)
        }
    }

    private mutating func addTime(_ value: Int64, _ part: Double, _ unit: Int64) throws(Failure) {
        try add(&microseconds, value, times: unit)
        try add(&microseconds, Int64((part * Double(unit)).rounded(.toNearestOrEven)))
    }

    private mutating func addDays(_ part: Double) throws(Failure) {
        let whole = part.rounded(.towardZero)
        try add(&days, Int64(whole))
        try addTime(0, part - whole, 86_400_000_000)
    }

    private mutating func addYears(_ value: Int64, _ part: Double, _ months: Int64) throws(Failure) {
        try add(&self.months, value, times: months)
        try add(&self.months, Int64((part * Double(months)).rounded(.toNearestOrEven)))
    }

    private func add(_ total: inout Int64, _ value: Int64, times factor: Int64 = 1) throws(Failure) {
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        let (sum, overflowed) = total.addingReportingOverflow(product)
        guard !overflow, !overflowed else { throw .range }
        total = sum
    }

    /// ISO 8601 with designators, behind the `P`.
    private mutating func standard(_ text: [UInt8]) throws(Failure) {
        var rest = text[...]
        var inTime = false
        guard !rest.isEmpty else { throw .syntax }
        if try alternative(text) { return }
        while let first = rest.first {
            if first == UInt8(ascii: "T"), !inTime {
                inTime = true
                rest = rest.dropFirst()
                continue
            }
            let negative = first == UInt8(ascii: "-")
            if negative { rest = rest.dropFirst() }
            let digits = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(digits.count)
            var part = 0.0
            var partDigits = 0
            if rest.first == UInt8(ascii: ".") {
                let behind = rest.dropFirst().prefix { $0.isDigit }
                partDigits = behind.count
                part = Double("0." + String(decoding: behind, as: UTF8.self) + "0") ?? 0
                rest = rest.dropFirst(behind.count + 1)
            }
            guard digits.count + partDigits > 0, digits.count <= 15, let designator = rest.popFirst() else { throw .syntax }
            let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
            let unit: Unit
            switch (designator, inTime) {
            case (UInt8(ascii: "Y"), false): unit = .year
            case (UInt8(ascii: "M"), false): unit = .month
            case (UInt8(ascii: "W"), false): unit = .week
            case (UInt8(ascii: "D"), false): unit = .day
            case (UInt8(ascii: "H"), true): unit = .hour
            case (UInt8(ascii: "M"), true): unit = .minute
            case (UInt8(ascii: "S"), true): unit = .second
            default: throw .syntax
            }
            try add(negative ? -value : value, negative ? -part : part, of: unit)
        }
    }

    /// ISO 8601's other form, `0001-02-03T04:05:06`.
    private mutating func alternative(_ text: [UInt8]) throws(Failure) -> Bool {
        let halves = text.split(separator: UInt8(ascii: "T"), maxSplits: 1, omittingEmptySubsequences: false)
        let date = halves[0].split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard date.count == 3, date.allSatisfy({ (1...8).contains($0.count) && $0.allSatisfy(\.isDigit) }) else { return false }
        for (digits, unit) in zip(date, [Unit.year, .month, .day]) {
            try add(digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }, 0, of: unit)
        }
        if halves.count == 2 { try clock(ClockReading(Array(halves[1])), negative: false) }
        return true
    }

    private static let units: [String: Unit] = {
        let names: [(Unit, String)] = [
            (.microsecond, "us usec usecs usecond useconds microsecon microsecond microseconds"),
            (.millisecond, "ms msec msecs msecond mseconds millisecon millisecond milliseconds"),
            (.second, "s sec secs second seconds"), (.minute, "m min mins minute minutes"), (.hour, "h hr hrs hour hours"),
            (.day, "d day days"), (.week, "w week weeks"), (.month, "mon mons month months"), (.year, "y yr yrs year years"),
            (.decade, "dec decs decade decades"), (.century, "c cent century centuries"), (.millennium, "mil mils millennia millennium"),
        ]
        var table: [String: Unit] = [:]
        for (unit, words) in names {
            for word in words.split(separator: " ") { table[String(word)] = unit }
        }
        return table
    }()
}
