#ifndef CT_POOL_H
#define CT_POOL_H

#include <stddef.h>

// One pool of threads for the process. A job is cut into chunks by its shape, never by the number of threads, so
// results do not depend on it. The caller works on the chunks too. If the pool is busy (with another thread's job, or
// with the one that is calling), the caller runs all chunks itself: nobody waits for a worker that waits.

// Runs body(context, chunk) for every chunk in 0..<chunks, and returns when all have ended.
void ct_parallel(size_t chunks, void (*body)(void *context, size_t chunk), void *context);

// How many threads work on a job, the caller included. Starts with OPENBLAS_NUM_THREADS or the number of
// cores the process may use. Set waits for a running job and may be called at any time from outside a job. 1…256.
int ct_thread_count(void);
void ct_set_thread_count(int count);

// Gives OpenBLAS as many threads as the pool has, for one large factorisation on the calling thread, and holds the pool
// until they are lowered: in between the caller uses BLAS and LAPACK alone. 0 and nothing done where the pool has one
// thread or is at work.
int ct_raise_blas_threads(void);
void ct_lower_blas_threads(void);

#endif
