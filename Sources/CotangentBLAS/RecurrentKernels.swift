import CCotangentKernels

// The loops of recurrent networks: ct_recurrent.h says what each computes.

package typealias RNNStepLoop = @convention(c) (Int32, Int, Int, UnsafeMutableRawPointer?, Int) -> Void
package typealias RNNStepGradientLoop =
    @convention(c) (
        Int32, Int, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int,
        UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void
package typealias LSTMStepLoop =
    @convention(c) (
        Int, Int, Int, UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int,
        UnsafeMutableRawPointer?, Int
    ) -> Void
package typealias LSTMStepGradientLoop =
    @convention(c) (
        Int, Int, Int, UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int,
        UnsafeRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void
package typealias GRUStepLoop =
    @convention(c) (
        Int, Int, Int, UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, UnsafeRawPointer?, Int,
        UnsafeMutableRawPointer?, Int
    ) -> Void
package typealias GRUStepGradientLoop =
    @convention(c) (
        Int, Int, Int, UnsafeMutableRawPointer?, Int, UnsafeRawPointer?, Int, UnsafeRawPointer?, Int,
        UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?
    ) -> Void

extension Kernels {
    package static let rnnStep = Kernel<RNNStepLoop>(ct_rnn_step_f32, ct_rnn_step_f64)
    package static let rnnStepGradient = Kernel<RNNStepGradientLoop>(
        ct_rnn_step_gradient_f32, ct_rnn_step_gradient_f64)
    package static let lstmStep = Kernel<LSTMStepLoop>(ct_lstm_step_f32, ct_lstm_step_f64)
    package static let lstmStepGradient = Kernel<LSTMStepGradientLoop>(
        ct_lstm_step_gradient_f32, ct_lstm_step_gradient_f64)
    package static let gruStep = Kernel<GRUStepLoop>(ct_gru_step_f32, ct_gru_step_f64)
    package static let gruStepGradient = Kernel<GRUStepGradientLoop>(
        ct_gru_step_gradient_f32, ct_gru_step_gradient_f64)
}
