# demo · test · test-interop · bench · docs: each installs what it lacks.

.PHONY: demo test test-interop bench docs dependencies

demo: dependencies
	swift run -c release --package-path Examples Digits
	swift run -c release --package-path Examples DigitsCNN
	swift run -c release --package-path Examples cotangent-bench --filter '^(gemm-(64|256|1024)|exp-1m|softmax.*|mlp-784-256-10-b64-(sgd|forward))$$' --seconds 0.3

# In release: a debug build compiles the C kernels without optimisation, some forty times slower.
test: dependencies
	swift test -c release --disable-xctest

# Against PyTorch, over thousands of cases.
test-interop: dependencies
	Scripts/test-interop

bench: dependencies
	swift run -c release cotangent-bench

docs: dependencies
	swift build -c release --target Cotangent
	@echo "The public API is documented in the sources; ARCHITECTURE.md is the way in."

dependencies:
	@Scripts/dependencies
