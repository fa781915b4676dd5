#ifndef CT_OPENBLAS_H
#define CT_OPENBLAS_H

// What the load-time check of OpenBLAS found and did. See openblas.c.
typedef enum {
    CT_OPENBLAS_FITS,        // the core that OpenBLAS chose fits the CPU
    CT_OPENBLAS_REPAIRED,    // another core was set before main
    CT_OPENBLAS_USER_CHOICE, // OPENBLAS_CORETYPE is set: left as it is
    CT_OPENBLAS_CANNOT,      // a better core exists, but this build of OpenBLAS cannot be switched
    CT_OPENBLAS_UNKNOWN      // not x86-64: OpenBLAS's choice stands
} ct_openblas_state;

ct_openblas_state ct_openblas_repair_state(void);
const char *ct_openblas_core_found(void);    // as OpenBLAS chose it
const char *ct_openblas_core_used(void);     // now in use
const char *ct_openblas_core_wanted(void);   // what this CPU offers, or "" where unknown
const char *ct_openblas_config(void);        // OpenBLAS's version and build options
const char *ct_cpu_name(void);               // the processor's own name
const char *ct_cpu_level(void);              // "x86-64-v4", "x86-64-v3", "x86-64", "arm64", …: the clone that kernels run

// The number that OPENBLAS_NUM_THREADS (then OMP_NUM_THREADS) asked for when the process started, or 0.
int ct_openblas_threads_asked(void);

// OpenBLAS's own threads, for the whole process: 1 but for ct_raise_blas_threads.
void ct_openblas_set_threads(int count);

// Multiply-add throughput of one thread in float32 and float64, in flops a second, measured over about `seconds`
// with independent chains of vector FMAs that stay in registers.
double ct_peak_flops_f32(double seconds);
double ct_peak_flops_f64(double seconds);

#endif
