import Foundation
import Testing

/// After this a test hangs. Long runs give every thread to the generated statements for a quarter of an hour.
let patience: TimeLimitTrait.Duration = ProcessInfo.processInfo.environment["OFFSTAGE_LONG"] == nil ? .minutes(5) : .minutes(120)
