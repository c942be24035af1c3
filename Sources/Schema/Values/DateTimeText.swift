/// PostgreSQL's input functions of dates and times, with the ranges of their types.
///
/// Source: PostgreSQL 15, chapter 8.5.
package enum DateTimeText {
    /// Days of `infinity` and `-infinity`; for timestamps the ends of 64 bits stand for them.
    package static let dateInfinity = (minus: Int64(Int32.min), plus: Int64(Int32.max))

    /// 4714-11-24 BC, and the day after the last one.
    static let dateRange: Range<Int64> = -2_451_545..<2_145_031_949
    package static let timestampRange: Range<Int64> = -211_813_488_000_000_000..<9_223_371_331_200_000_000

    /// Days between 2000-01-01 and 1970-01-01.
    static let epochDays: Int64 = -10_957

    static func date(_ text: String, in context: ValueContext) throws(SQLError) -> Int64 {
        if let quick = ISOTimestamp(text) { return Int64(quick.days) }
        let reading = try read(text, as: "date", in: context)
        switch reading.special {
        case .infinity: return dateInfinity.plus
        case .minusInfinity: return dateInfinity.minus
        case .epoch: return epochDays
        case nil: break
        }
        let days = Int64(CivilDate(year: reading.year, month: reading.month, day: reading.day).days)
        guard dateRange.contains(days) else { throw SQLError("22008", "date out of range: \"\(text)\"") }
        return days
    }

    static func time(_ text: String, _ modifier: TypeModifier?, in context: ValueContext) throws(SQLError) -> Int64 {
        let reading: DateTimeReading
        do throws(DateTimeFields.Failure) {
            reading = try DateTimeReading(text, in: context, timeOnly: true)
            guard reading.parts.contains(.clock), reading.special == nil else { throw .syntax }
        } catch {
            throw error.sqlError(text, as: "time")
        }
        return rounded(reading.time, modifier)
    }

    static func timestamp(_ text: String, _ modifier: TypeModifier?, in context: ValueContext) throws(SQLError) -> Int64 {
        if let quick = ISOTimestamp(text) { return rounded(quick.local, modifier) }
        let reading = try read(text, as: "timestamp", in: context)
        return try microseconds(of: reading, modifier, text: text) { _ in 0 }
    }

    static func timestamptz(_ text: String, _ modifier: TypeModifier?, in context: ValueContext) throws(SQLError) -> Int64 {
        if let quick = ISOTimestamp(text) {
            let offset = quick.offset ?? context.timeZone.offset(atLocal: quick.local.floorDivided(by: 1_000_000).quotient)
            return rounded(quick.local - Int64(offset) * 1_000_000, modifier)
        }
        let reading = try read(text, as: "timestamp with time zone", in: context)
        return try microseconds(of: reading, modifier, text: text) { local in
            switch reading.zone {
            case .offset(let offset): offset
            case .rules(let rules): rules.offset(atLocal: local)
            case nil: context.timeZone.offset(atLocal: local)
            }
        }
    }

    /// Rounds to the fraction digits of `timestamp(3)`, half away from zero.
    package static func rounded(_ microseconds: Int64, _ modifier: TypeModifier?) -> Int64 {
        guard case .precision(let digits) = modifier, digits >= 0, digits < 6 else { return microseconds }
        let step: Int64 = [1_000_000, 100_000, 10_000, 1000, 100, 10][digits]
        let half = microseconds < 0 ? -step / 2 : step / 2
        let (sum, overflow) = microseconds.addingReportingOverflow(half)
        return overflow ? microseconds : sum / step * step
    }

    private static func read(_ text: String, as type: StaticString, in context: ValueContext) throws(SQLError) -> DateTimeReading {
        do throws(DateTimeFields.Failure) {
            let reading = try DateTimeReading(text, in: context)
            guard reading.special != nil || reading.parts.isSuperset(of: .date) else { throw .syntax }
            return reading
        } catch {
            throw error.sqlError(text, as: type)
        }
    }

    private static func microseconds(
        of reading: DateTimeReading, _ modifier: TypeModifier?, text: String, offset: (Int64) -> Int
    ) throws(SQLError) -> Int64 {
        switch reading.special {
        case .infinity: return .max
        case .minusInfinity: return .min
        case .epoch: return epochDays * CivilTime.microsecondsPerDay
        case nil: break
        }
        let date = CivilDate(year: reading.year, month: reading.month, day: reading.day)
        let outOfRange = SQLError("22008", "timestamp out of range: \"\(text)\"")
        guard let local = CivilTime(date: date, time: reading.time).microseconds else { throw outOfRange }
        let moment = local.subtractingReportingOverflow(Int64(offset(local.floorDivided(by: 1_000_000).quotient)) * 1_000_000)
        guard !moment.overflow, timestampRange.contains(moment.partialValue) else { throw outOfRange }
        return rounded(moment.partialValue, modifier)
    }
}
