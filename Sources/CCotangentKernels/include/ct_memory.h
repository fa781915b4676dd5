#ifndef CT_MEMORY_H
#define CT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// Memory for tensors: aligned to 64 bytes, kept and handed out again instead of going back to the system, so that a
// training loop's steady state has no page faults. Sizes are rounded up to a class (four to a doubling).
// Each thread keeps a few blocks of the small classes to itself; the rest is shared under a lock.

// Never null: ends the process with a message that names the size when the system has no more.
// *capacity is the usable size in bytes: hand it back unchanged. Size 0 is allowed.
void *ct_allocate(size_t size, size_t *capacity);
void ct_free(void *pointer, size_t capacity);

typedef struct {
    uint64_t bytes_in_use;       // handed out, in capacities
    uint64_t bytes_kept;         // free, kept for reuse
    uint64_t peak_bytes_in_use;
    uint64_t system_allocations; // how often the system had to be asked
} ct_memory_statistics;
ct_memory_statistics ct_memory_report(void);

// Gives kept blocks of the shared lists and of this thread back to the system.
void ct_memory_trim(void);

// Minor page faults of this process so far (getrusage).
uint64_t ct_page_faults(void);

#endif
