/// Who asks, made by dice.
struct RandomCaller {
    var role: String
    var claims: String
    var subject: String?

    init(_ dice: inout Dice) {
        role = dice.pick(["anon", "authenticated", "authenticated", "authenticated", "service_role"])
        let app = "\"app\":{\"role\":\"\(dice.pick(["x", "y"]))\"}"
        guard role == "authenticated" else {
            claims = "{\"role\":\"\(role)\",\(app)}"
            return
        }
        let id = dice.pick(RandomProject.people)
        subject = id
        claims = "{\"sub\":\"\(id)\",\"role\":\"\(role)\",\"level\":\(dice.roll(1...3)),\(app)}"
    }
}
