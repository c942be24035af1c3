import CSQLite
import OffstageSchema

/// `corr`, `covar_pop`, `regr_slope` and their kin, by the method of Youngs and Cramer. Source: PostgreSQL 15, table 9.60.
extension EngineFunction {
    static let regressions: [EngineFunction] = [
        // pg_regression(name, y, x)
        aggregate("pg_regression", 3) { step($0, $1, $2) { Regression() } }
    ]
}

private final class Regression: Accumulator {
    private var name = ""
    private var count = 0.0
    private var (sumX, sumY) = (0.0, 0.0)
    private var (squaresX, squaresY, products) = (0.0, 0.0, 0.0)

    override func add(_ call: FunctionCall) throws(SQLError) {
        if name.isEmpty { name = call.text(0) }
        guard !call.isNull(1), !call.isNull(2) else { return }
        try take(y: call.double(1), x: call.double(2))
    }

    private func take(y: Double, x: Double) throws(SQLError) {
        count += 1
        sumX += x
        sumY += y
        guard count > 1 else {
            if !x.isFinite { (squaresX, products) = (.nan, .nan) }
            if !y.isFinite { (squaresY, products) = (.nan, .nan) }
            return
        }
        let (dx, dy) = (x * count - sumX, y * count - sumY)
        let scale = 1 / (count * (count - 1))
        squaresX += dx * dx * scale
        squaresY += dy * dy * scale
        products += dx * dy * scale
        let isInfinite = [sumX, sumY, squaresX, squaresY, products].contains { $0.isInfinite }
        if isInfinite, x.isFinite, y.isFinite, !sumX.isInfinite || squaresX.isInfinite { throw .overflow }
    }

    override func give(to call: FunctionCall) throws(SQLError) {
        guard count >= (name == "covar_samp" ? 2 : 1) else { return call.giveNull() }
        switch name {
        case "regr_avgx": call.give(sumX / count)
        case "regr_avgy": call.give(sumY / count)
        case "regr_sxx": call.give(squaresX)
        case "regr_syy": call.give(squaresY)
        case "regr_sxy": call.give(products)
        case "covar_pop": call.give(products / count)
        case "covar_samp": call.give(products / (count - 1))
        case "corr":
            if squaresX == 0 || squaresY == 0 { return call.giveNull() }
            call.give(products / (squaresX * squaresY).squareRoot())
        case "regr_r2":
            if squaresX == 0 { return call.giveNull() }
            call.give(squaresY == 0 ? 1 : products * products / (squaresX * squaresY))
        case "regr_slope":
            if squaresX == 0 { return call.giveNull() }
            call.give(products / squaresX)
        default:
            if squaresX == 0 { return call.giveNull() }
            call.give((sumY - sumX * products / squaresX) / count)
        }
    }
}
