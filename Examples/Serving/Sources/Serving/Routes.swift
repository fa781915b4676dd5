import Foundation
import Hummingbird

/// What is sent to /predict.
struct Question: Decodable {
    let rows: [[Double]]
}

/// What is sent back: of each row the likeliest class and all probabilities, in the order of /health's classes.
struct Answer: ResponseEncodable {
    let classes: [String]
    let probabilities: [[Float]]
}

/// That the service lives, and what it takes.
struct Health: ResponseCodable {
    let status: String
    let inputs: Int
    let classes: [String]
}

/// A request and how large its body may be: 1,000 rows of some hundred numbers.
struct ServingContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var maxUploadSize: Int { 1 << 20 }
    var responseEncoder: JSONEncoder {
        let encoder = JSONEncoder()
        // The same answer is the same bytes.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    init(source: Source) { coreContext = .init(source: source) }
}

func routes(_ predictor: Predictor) -> Router<ServingContext> {
    let router = Router(context: ServingContext.self)
    router.add(middleware: Explanations())
    router.get("health") { _, _ in Health(status: "ok", inputs: predictor.inputs, classes: predictor.classes) }
    router.post("predict") { request, context in
        let question = try await request.decode(as: Question.self, context: context)
        do throws(Refusal) {
            let probabilities = try predictor.probabilities(question.rows)
            let likeliest = probabilities.map { row in predictor.classes[row.indices.max { row[$0] < row[$1] }!] }
            return Answer(classes: likeliest, probabilities: probabilities)
        } catch {
            throw HTTPError(.badRequest, message: error.message)
        }
    }
    return router
}

/// Every refusal has a body that says what would have been taken.
struct Explanations: RouterMiddleware {
    func handle(
        _ request: Request, context: ServingContext, next: (Request, ServingContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            throw HTTPError(.notFound, message: "there are GET /health and POST /predict")
        } catch let error as HTTPError where error.status == .badRequest {
            let wanted = #"send {"rows": [[number, …], …]}, a row for each sample: /health says how many numbers it has"#
            throw HTTPError(.badRequest, message: "\(error.body ?? "the request is not understood"); \(wanted)")
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw HTTPError(.contentTooLarge, message: "a body may have \(context.maxUploadSize) bytes: send fewer rows")
        }
    }
}
