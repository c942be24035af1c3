import Foundation
import Offstage

/// A back end whose prices are worked out in Swift: two functions that migrations/0001_parcels.sql declares.
@main struct Delivery {
    static func main() async {
        var app = OffstageApp()

        app.function("offers") { (parcel: Parcel, call) in
            let rates = try await call.database.query(
                "select service, days, base, per_kilo from rates where country = \(parcel.country) order by days", as: Rate.self)
            return rates.map { Offer(service: $0.service, days: $0.days, price: $0.price(grams: parcel.grams)) }
        }

        app.function("send") { (parcel: Sending, call) in
            guard let sender = call.subject else {
                throw OffstageError(status: 401, code: "no_sender", message: "Sign in to send a parcel")
            }
            // Declared `security definer`: what it writes, no policy lets the sender write.
            return try await call.database.transaction { database in
                let rates = try database.query(
                    "select service, days, base, per_kilo from rates where country = \(parcel.country) and service = \(parcel.service)",
                    as: Rate.self)
                guard let rate = rates.first else {
                    throw OffstageError(
                        status: 422, code: "no_service", message: "There is no \(parcel.service) to \(parcel.country)",
                        hint: "offers lists what there is.")
                }
                let sent = try database.query(
                    """
                    insert into parcels (sender, country, service, grams, price)
                    values (\(sender), \(parcel.country), \(parcel.service), \(parcel.grams), \(rate.price(grams: parcel.grams)))
                    returning *
                    """, as: Parcels.self)
                return sent.first
            }
        }

        await app.run()
    }
}

struct Parcel: Codable {
    var country: String
    var grams: Int
}

struct Sending: Codable {
    var country: String
    var service: String
    var grams: Int
}

struct Offer: Codable {
    var service: String
    var days: Int
    var price: Decimal
}

struct Rate: Codable {
    var service: String
    var days: Int
    var base: Decimal
    var per_kilo: Decimal

    /// Begun kilograms count as whole ones.
    func price(grams: Int) -> Decimal { base + per_kilo * Decimal((grams + 999) / 1000) }
}

/// A row of `parcels`.
struct Parcels: Codable {
    var id: UUID
    var sender: UUID
    var country: String
    var service: String
    var grams: Int
    var price: Decimal
    var sent_at: Date
}
