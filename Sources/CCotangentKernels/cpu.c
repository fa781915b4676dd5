// The processor's name and the level of instructions that kernels run.

#include "ct_openblas.h"

#include <stdio.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif

static char name[256];

const char *ct_cpu_name(void) { return name; }

// In steps with the conditions under which kernels have clones: ELF, x86-64, and not under ThreadSanitizer, whose
// runtime is not yet up when the clones' resolvers run (PERFORMANCE.md, section 3).
const char *ct_cpu_level(void) {
#if defined(__x86_64__)
#if defined(__ELF__) && !__has_feature(thread_sanitizer)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
    if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
    return "x86-64";
#elif defined(__aarch64__)
    return "arm64";
#else
    return "baseline";
#endif
}

#if defined(__x86_64__)
// Three leaves of 16 characters from 0x80000002 on (Intel SDM 2, CPUID).
static void read_name(char *text, size_t size) {
    unsigned leaf[4];
    if (size < 49 || __get_cpuid_max(0x80000000, NULL) < 0x80000004) return;
    for (unsigned i = 0; i < 3; i++) {
        __get_cpuid(0x80000002 + i, &leaf[0], &leaf[1], &leaf[2], &leaf[3]);
        memcpy(text + 16 * i, leaf, 16);
    }
    text[48] = 0;
}
#elif defined(__APPLE__)
static void read_name(char *text, size_t size) {
    if (sysctlbyname("machdep.cpu.brand_string", text, &size, NULL, 0) != 0) text[0] = 0;
}
#else
static void read_name(char *text, size_t size) {
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file) return;
    char line[256];
    while (!text[0] && fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (colon && (strncmp(line, "model name", 10) == 0 || strncmp(line, "Model", 5) == 0))
            snprintf(text, size, "%s", colon + 1);
    }
    fclose(file);
}
#endif

__attribute__((constructor)) static void find_name(void) {
    char text[sizeof name] = {0};
    read_name(text, sizeof text);
    // Intel pads on the left, AMD on the right, /proc/cpuinfo ends in a newline: keep single inner spaces.
    size_t length = 0;
    for (const char *c = text; *c; c++) {
        int space = *c == ' ' || *c == '\t' || *c == '\n';
        if (!space) name[length++] = *c;
        else if (length && name[length - 1] != ' ') name[length++] = ' ';
    }
    if (length && name[length - 1] == ' ') length--;
    name[length] = 0;
    if (!length) snprintf(name, sizeof name, "%s", "unknown processor");
}
