import CCotangentKernels

/// The C loops by name, each for the element types that it serves.
package enum Kernels {
    // y = f(x)
    package static let negate = Kernel<UnaryLoop>(ct_neg_f32, ct_neg_f64)
    package static let abs = Kernel<UnaryLoop>(ct_abs_f32, ct_abs_f64)
    package static let sign = Kernel<UnaryLoop>(ct_sign_f32, ct_sign_f64)
    package static let square = Kernel<UnaryLoop>(ct_square_f32, ct_square_f64)
    package static let reciprocal = Kernel<UnaryLoop>(ct_reciprocal_f32, ct_reciprocal_f64)
    package static let sqrt = Kernel<UnaryLoop>(ct_sqrt_f32, ct_sqrt_f64)
    package static let rsqrt = Kernel<UnaryLoop>(ct_rsqrt_f32, ct_rsqrt_f64)
    package static let floor = Kernel<UnaryLoop>(ct_floor_f32, ct_floor_f64)
    package static let ceil = Kernel<UnaryLoop>(ct_ceil_f32, ct_ceil_f64)
    package static let round = Kernel<UnaryLoop>(ct_round_f32, ct_round_f64)
    package static let exp = Kernel<UnaryLoop>(ct_exp_f32, ct_exp_f64).costly
    package static let expm1 = Kernel<UnaryLoop>(ct_expm1_f32, ct_expm1_f64).costly
    package static let log = Kernel<UnaryLoop>(ct_log_f32, ct_log_f64).costly
    package static let log1p = Kernel<UnaryLoop>(ct_log1p_f32, ct_log1p_f64).costly
    package static let sin = Kernel<UnaryLoop>(ct_sin_f32, ct_sin_f64).costly
    package static let cos = Kernel<UnaryLoop>(ct_cos_f32, ct_cos_f64).costly
    package static let tanh = Kernel<UnaryLoop>(ct_tanh_f32, ct_tanh_f64).costly
    package static let erf = Kernel<UnaryLoop>(ct_erf_f32, ct_erf_f64).costly
    package static let sigmoid = Kernel<UnaryLoop>(ct_sigmoid_f32, ct_sigmoid_f64).costly
    package static let softplus = Kernel<UnaryLoop>(ct_softplus_f32, ct_softplus_f64).costly
    package static let relu = Kernel<UnaryLoop>(ct_relu_f32, ct_relu_f64)
    package static let selu = Kernel<UnaryLoop>(ct_selu_f32, ct_selu_f64).costly
    package static let gelu = Kernel<UnaryLoop>(ct_gelu_f32, ct_gelu_f64).costly
    package static let geluTanh = Kernel<UnaryLoop>(ct_gelu_tanh_f32, ct_gelu_tanh_f64).costly
    package static let silu = Kernel<UnaryLoop>(ct_silu_f32, ct_silu_f64).costly

    // y = f(x, c)
    package static let leakyReLU = ScalarKernel(ct_leaky_relu_f32, ct_leaky_relu_f64)
    package static let elu = ScalarKernel(ct_elu_f32, ct_elu_f64)
    package static let addScalar = ScalarKernel(ct_add_scalar_f32, ct_add_scalar_f64)
    package static let rsubScalar = ScalarKernel(ct_rsub_scalar_f32, ct_rsub_scalar_f64)
    package static let mulScalar = ScalarKernel(ct_mul_scalar_f32, ct_mul_scalar_f64)
    package static let divScalar = ScalarKernel(ct_div_scalar_f32, ct_div_scalar_f64)
    package static let rdivScalar = ScalarKernel(ct_rdiv_scalar_f32, ct_rdiv_scalar_f64)
    package static let maxScalar = ScalarKernel(ct_max_scalar_f32, ct_max_scalar_f64)
    package static let minScalar = ScalarKernel(ct_min_scalar_f32, ct_min_scalar_f64)
    package static let powScalar = ScalarKernel(ct_pow_scalar_f32, ct_pow_scalar_f64)
    package static let rpowScalar = ScalarKernel(ct_rpow_scalar_f32, ct_rpow_scalar_f64)

    // y = f(a, b)
    package static let add = Kernel<BinaryLoop>(ct_add_f32, ct_add_f64, ct_add_i64)
    package static let subtract = Kernel<BinaryLoop>(ct_sub_f32, ct_sub_f64, ct_sub_i64)
    package static let multiply = Kernel<BinaryLoop>(ct_mul_f32, ct_mul_f64, ct_mul_i64)
    package static let divide = Kernel<BinaryLoop>(ct_div_f32, ct_div_f64, ct_div_i64)
    package static let maximum = Kernel<BinaryLoop>(ct_maximum_f32, ct_maximum_f64, ct_maximum_i64)
    package static let minimum = Kernel<BinaryLoop>(ct_minimum_f32, ct_minimum_f64, ct_minimum_i64)
    package static let pow = Kernel<BinaryLoop>(ct_pow_f32, ct_pow_f64).costly

    // y = a ? b, as bool
    package static let equal = Kernel<BinaryLoop>(
        comparing: ct_equal_f32, ct_equal_f64, ct_equal_i64, ct_equal_u8)
    package static let notEqual = Kernel<BinaryLoop>(
        comparing: ct_not_equal_f32, ct_not_equal_f64, ct_not_equal_i64, ct_not_equal_u8)
    package static let less = Kernel<BinaryLoop>(
        comparing: ct_less_f32, ct_less_f64, ct_less_i64, ct_less_u8)
    package static let lessEqual = Kernel<BinaryLoop>(
        comparing: ct_less_equal_f32, ct_less_equal_f64, ct_less_equal_i64, ct_less_equal_u8)
    package static let greater = Kernel<BinaryLoop>(
        comparing: ct_greater_f32, ct_greater_f64, ct_greater_i64, ct_greater_u8)
    package static let greaterEqual = Kernel<BinaryLoop>(
        comparing: ct_greater_equal_f32, ct_greater_equal_f64, ct_greater_equal_i64, ct_greater_equal_u8)
    package static let logicalAnd = Kernel<BinaryLoop>(logical: ct_logical_and_u8)
    package static let logicalOr = Kernel<BinaryLoop>(logical: ct_logical_or_u8)
    package static let logicalXor = Kernel<BinaryLoop>(logical: ct_logical_xor_u8)

    package static let select = Kernel<WhereLoop>(ct_where_f32, ct_where_f64, ct_where_i64, ct_where_u8)

    // dx from dy and y
    package static let reluGradient = Kernel<GradientLoop>(ct_relu_gradient_f32, ct_relu_gradient_f64)
    package static let tanhGradient = Kernel<GradientLoop>(ct_tanh_gradient_f32, ct_tanh_gradient_f64)
    package static let sigmoidGradient = Kernel<GradientLoop>(ct_sigmoid_gradient_f32, ct_sigmoid_gradient_f64)

    // [outer, n, inner] → [outer, inner]
    package static let sum = Kernel<ReductionLoop>(
        ct_sum_f32, ct_sum_f64, ct_sum_i64, ct_sum_u8)
    package static let sumSquares = Kernel<ReductionLoop>(
        ct_sum_squares_f32, ct_sum_squares_f64)
    package static let product = Kernel<ReductionLoop>(
        ct_product_f32, ct_product_f64, ct_product_i64)
    package static let max = Kernel<ReductionLoop>(
        ct_max_f32, ct_max_f64, ct_max_i64)
    package static let min = Kernel<ReductionLoop>(
        ct_min_f32, ct_min_f64, ct_min_i64)
    package static let argmax = Kernel<ReductionLoop>(
        position: ct_argmax_f32, ct_argmax_f64, ct_argmax_i64)
    package static let argmin = Kernel<ReductionLoop>(
        position: ct_argmin_f32, ct_argmin_f64, ct_argmin_i64)
    package static let cumulativeSum = Kernel<ReductionLoop>(
        ct_cumulative_sum_f32, ct_cumulative_sum_f64, ct_cumulative_sum_i64)
    package static let any = Kernel<ReductionLoop>(
        logical: ct_any_u8)
    package static let all = Kernel<ReductionLoop>(
        logical: ct_all_u8)

    // rows of n values
    package static let softmax = Kernel<RowLoop>(ct_softmax_f32, ct_softmax_f64)
    package static let logSoftmax = Kernel<RowLoop>(ct_log_softmax_f32, ct_log_softmax_f64)
    package static let logSumExp = Kernel<RowLoop>(ct_log_sum_exp_f32, ct_log_sum_exp_f64)
    package static let softmaxGradient = Kernel<RowGradientLoop>(ct_softmax_gradient_f32, ct_softmax_gradient_f64)
    package static let logSoftmaxGradient = Kernel<RowGradientLoop>(
        ct_log_softmax_gradient_f32, ct_log_softmax_gradient_f64)
}
