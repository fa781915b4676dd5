// Repairs OpenBLAS's choice of kernels when the library loads, and makes it single-threaded.
//
// OpenBLAS before 0.3.25 does not know the newest processors and falls back to Prescott, an SSE3 kernel, on CPUs with
// AVX-512 (OpenBLAS issue 4267): sgemm is then five times slower. OPENBLAS_CORETYPE is read when the shared library
// loads, before any code of ours, so a program cannot set it for itself; but DYNAMIC_ARCH builds export
// gotoblas_dynamic_quit and gotoblas_dynamic_init, which forget the choice and make it again. That swap and setenv are
// not safe beside other threads: hence a constructor, before main. OpenBLAS's own constructor has run by then, since
// a shared library's constructors run before those of what links it (and if not, init makes the first choice here).

#include "ct_openblas.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

// Other BLAS libraries, and OpenBLAS for one fixed core, lack some of these: each may be null.
#if defined(__APPLE__)
// Mach-O refuses undefined weak symbols at link time: look them up.
#include <dlfcn.h>
#define CT_LOOKUP(result, name, parameters)                                      \
    __attribute__((unused)) static result(*find_##name(void)) parameters {       \
        return (result(*) parameters)dlsym(RTLD_DEFAULT, #name);                 \
    }
#else
#define CT_LOOKUP(result, name, parameters)                 \
    extern result name parameters __attribute__((weak));    \
    __attribute__((unused)) static result(*find_##name(void)) parameters { return name; }
#endif
CT_LOOKUP(void, gotoblas_dynamic_init, (void))
CT_LOOKUP(void, gotoblas_dynamic_quit, (void))
CT_LOOKUP(char *, openblas_get_corename, (void))
CT_LOOKUP(char *, openblas_get_config, (void))
CT_LOOKUP(void, openblas_set_num_threads, (int))

enum { name_size = 32, config_size = 256 };
static ct_openblas_state state = CT_OPENBLAS_UNKNOWN;
static char found[name_size], wanted[name_size], config[config_size];
static int threads_asked;

ct_openblas_state ct_openblas_repair_state(void) { return state; }
const char *ct_openblas_core_found(void) { return found; }
const char *ct_openblas_core_wanted(void) { return wanted; }
const char *ct_openblas_config(void) { return config; }
int ct_openblas_threads_asked(void) { return threads_asked; }

const char *ct_openblas_core_used(void) {
    char *(*corename)(void) = find_openblas_get_corename();
    return corename ? corename() : "";
}

void ct_openblas_set_threads(int count) {
    if (find_openblas_set_num_threads()) find_openblas_set_num_threads()(count);
}

static void copy_name(char *target, size_t size, const char *source) {
    strncpy(target, source, size - 1);
    target[size - 1] = 0;
}

// OMP_NUM_THREADS may be a list ("4,2"): the first is the outermost level's.
static int threads_in(const char *variable) {
    const char *text = getenv(variable);
    long count = text ? strtol(text, NULL, 10) : 0;
    return count < 1 ? 0 : count > 256 ? 256 : (int)count;
}

#if defined(__x86_64__)
// What a CPU or a core's kernels use: 0 SSE, 1 AVX, 2 AVX2 and FMA, 3 AVX-512 (F, DQ, BW, VL, CD).
static int cpu_vector_level(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    int fma = c >> 12 & 1, osxsave = c >> 27 & 1, avx = c >> 28 & 1;
    if (!osxsave || !avx) return 0;
    // XCR0 says which registers the system saves: bits 1, 2 for XMM, YMM; 5, 6, 7 for AVX-512 (Intel SDM 1, 13.3).
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    if ((low & 0x06) != 0x06) return 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 1;
    const unsigned avx2 = 1u << 5, avx512 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
    if (!fma || !(b & avx2)) return 1;
    return (b & avx512) == avx512 && (low & 0xe0) == 0xe0 ? 3 : 2;
}

static int cpu_is_amd(void) {
    unsigned a, b, c, d;
    return __get_cpuid(0, &a, &b, &c, &d) && c == signature_AMD_ecx;
}

// Names as in OpenBLAS's driver/others/dynamic.c. One not listed is newer than this table and taken to fit.
static int core_vector_level(const char *core) {
    static const struct { const char *name; int level; } cores[] = {
        {"Unknown", 0},  {"Katmai", 0},    {"Coppermine", 0},  {"Northwood", 0},   {"Prescott", 0},    {"Banias", 0},
        {"Atom", 0},     {"Core2", 0},     {"Penryn", 0},      {"Dunnington", 0},  {"Nehalem", 0},     {"Athlon", 0},
        {"Opteron", 0},  {"Opteron_SSE3", 0}, {"Barcelona", 0}, {"Nano", 0},       {"Bobcat", 0},      {"Generic", 0},
        {"Sandybridge", 1}, {"Bulldozer", 1}, {"Piledriver", 1}, {"Steamroller", 1},
        {"Excavator", 2}, {"Haswell", 2},  {"Zen", 2},
    };
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
        if (strcasecmp(core, cores[i].name) == 0) return cores[i].level;
    return 3;
}

// True if OpenBLAS reports the core afterwards: a build may have left it out and choose another.
static int switch_core(const char *core) {
    if (!find_gotoblas_dynamic_init() || !find_gotoblas_dynamic_quit()) return 0;
    setenv("OPENBLAS_CORETYPE", core, 1);
    find_gotoblas_dynamic_quit()();
    find_gotoblas_dynamic_init()();
    unsetenv("OPENBLAS_CORETYPE");
    return strcasecmp(ct_openblas_core_used(), core) == 0;
}

static void repair(void) {
    const char *chosen = getenv("OPENBLAS_CORETYPE");
    // For tests of this file only: begin as though OpenBLAS had chosen this core.
    const char *test = chosen ? NULL : getenv("COTANGENT_TEST_OPENBLAS_CORE");
    if (test && switch_core(test)) copy_name(found, name_size, ct_openblas_core_used());

    int level = cpu_vector_level(), level_found = core_vector_level(found);
    // Best first. A build made with a list of cores (DYNAMIC_LIST) may have only the second.
    const char *candidates[2] = {"SkylakeX", cpu_is_amd() ? "Zen" : "Haswell"};
    int first = level == 3 ? 0 : 1, fits = level < 2 || level_found >= level;
    // A core that fits is also what is wanted: Cooperlake and SapphireRapids are SkylakeX with more.
    copy_name(wanted, name_size, fits ? found : candidates[first]);
    state = chosen ? CT_OPENBLAS_USER_CHOICE : CT_OPENBLAS_FITS;
    if (chosen || fits) return;

    for (int i = first; i < 2 && core_vector_level(candidates[i]) > level_found; i++) {
        if (switch_core(candidates[i])) {
            copy_name(wanted, name_size, candidates[i]);
            state = CT_OPENBLAS_REPAIRED;
            return;
        }
    }
    state = CT_OPENBLAS_CANNOT;
    if (strcasecmp(ct_openblas_core_used(), found) != 0) switch_core(found);
}
#else
static void repair(void) {}
#endif

__attribute__((constructor)) static void check_openblas(void) {
    threads_asked = threads_in("OPENBLAS_NUM_THREADS");
    if (!threads_asked) threads_asked = threads_in("OMP_NUM_THREADS");
    if (!find_openblas_get_corename()) return;
    copy_name(found, name_size, ct_openblas_core_used());
    repair();
    if (find_openblas_get_config()) copy_name(config, config_size, find_openblas_get_config()());
    // Threads are Cotangent's (pool.c). OpenBLAS 0.3.21 has this one count for the whole process.
    ct_openblas_set_threads(1);
}
