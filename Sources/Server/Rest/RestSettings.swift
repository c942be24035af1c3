package import OffstageQuery

/// What a project says about its REST interface.
package struct RestSettings: Sendable {
    package var plan = PlanSettings()
    package var requests = RequestLimits()
    package var payloads = PayloadLimits()
    /// Callers may send `Prefer: tx=rollback`.
    package var allowsRollback = false
    /// Every read of one row by its key carries its tag; else only where it is asked for, since it costs a second read.
    package var tagsRows = false
    /// What plans of requests may take in memory.
    package var planCacheBytes = 32 << 20
    package var planCacheEntries = 4_096

    /// The roles whose reads may be answered by a replica unless they say otherwise.
    package var replicaRoles: Set<String> = []

    /// Callers may ask how the database runs their requests.
    package var explains = false
    /// Answers say how long each part of the work took.
    package var tellsTimes = false
    /// Whether the root is answered with a description of the API.
    package var describes = true
    /// What the page at `/docs` is told beside it.
    package var reference = DescribedAPI.Detail.none
    /// Of the API, as its description says it.
    package var version = "0"

    package init() {}
}
