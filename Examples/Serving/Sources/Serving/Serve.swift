import ArgumentParser
import Foundation
import Hummingbird
import HummingbirdCore
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves a model until it gets SIGTERM or SIGINT; requests that have begun are answered first.")

    @OptionGroup var file: ModelFile

    @Option(help: "The address to listen at.")
    var host = "127.0.0.1"

    @Option(help: "0 takes one that is free.")
    var port = 8080

    func run() async throws {
        let predictor = try file.predictor()
        let app = Application(
            router: routes(predictor),
            // A client that has sent nothing for a minute is let go.
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                // Beyond these, connections wait to be accepted.
                availableConnectionsDelegate: MaximumAvailableConnections(1024)),
            onServerRunning: { channel in
                print("listening at \(channel.localAddress?.description ?? "")")
                fflush(nil)
            })
        var configuration = ServiceGroupConfiguration(
            services: [app], gracefulShutdownSignals: [.sigterm, .sigint], logger: app.logger)
        // Who has not sent the rest of a request by then is not waited for.
        configuration.maximumGracefulShutdownDuration = Duration.seconds(10)
        try await ServiceGroup(configuration: configuration).run()
        print("stopped")
    }
}
