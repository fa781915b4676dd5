// A pool of threads for short jobs that are cut into chunks.
//
// One job at a time. Its chunks are claimed one by one, by the workers and by the caller, with a compare-and-swap on
// `claim`: the job's generation in the upper half, the number of chunks left in the lower. A worker reads the job's
// fields before it claims; the swap succeeds only if the generation still stands and a chunk was left, and then the
// job cannot end before that chunk has: a late worker never touches the context of a job that is over. (The fields
// are read as in a seqlock and thrown away if the swap fails; 2³² jobs would have to pass between the two for it to be
// fooled. It is the chunks left, not the next one, so that the word alone says that nothing can be claimed while the
// next job's fields are written.)
//
// Whoever finds the pool busy runs its chunks alone: another thread's job, or a job inside a chunk, never waits.
//
// Waking a sleeping thread costs the caller about 5 µs and takes 10 to 25 (measured in a virtual machine), more than
// a small product does: workers spin for the next job before they sleep.

#if defined(__linux__)
#define _GNU_SOURCE // sched_getaffinity, pthread_setname_np
#endif
#include "ct_pool.h"
#include "ct_openblas.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

typedef void (*chunk_body)(void *context, size_t chunk);
enum { most_threads = 256, cache_line = 128 }; // 128: Apple's line, and Intel fetches lines in pairs

// The current job. Written by the thread that holds `busy`, while nothing can be claimed.
static _Alignas(cache_line) _Atomic uint64_t claim; // generation << 32 | chunks left
static _Atomic(chunk_body) job_body;
static _Atomic(void *) job_context;
static _Atomic uint32_t job_chunks;
static _Alignas(cache_line) _Atomic size_t done;    // chunks that have ended
static _Alignas(cache_line) atomic_int busy;        // held for the length of a job or a change of size
static _Alignas(cache_line) atomic_int sleepers;
static _Atomic uint32_t wake_count;                 // what sleepers wait on

static atomic_int wanted_threads;                   // caller included; 0: not yet asked for
static atomic_int worker_limit;                     // workers with a higher index leave
static _Atomic int64_t spin_nanoseconds;
static pthread_t workers[most_threads];             // with `busy` held
static int worker_count;                            // with `busy` held

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb"); // `yield` does nothing on most cores; `isb` waits about as long as x86's pause
#endif
}

static int64_t nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// MARK: Sleeping: wait_for_wake returns at once if `wake_count` is no longer `seen`.

#if defined(__linux__)
static void wait_for_wake(uint32_t seen) {
    syscall(SYS_futex, &wake_count, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}
static void wake(int count) {
    atomic_fetch_add(&wake_count, 1);
    syscall(SYS_futex, &wake_count, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}
static void reset_sleep(void) {}
#else
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sleep_condition = PTHREAD_COND_INITIALIZER;
static void wait_for_wake(uint32_t seen) {
    pthread_mutex_lock(&sleep_lock);
    while (atomic_load(&wake_count) == seen) pthread_cond_wait(&sleep_condition, &sleep_lock);
    pthread_mutex_unlock(&sleep_lock);
}
static void wake(int count) {
    (void)count;
    pthread_mutex_lock(&sleep_lock);
    atomic_fetch_add(&wake_count, 1);
    pthread_cond_broadcast(&sleep_condition);
    pthread_mutex_unlock(&sleep_lock);
}
static void reset_sleep(void) {
    pthread_mutex_init(&sleep_lock, NULL);
    pthread_cond_init(&sleep_condition, NULL);
}
#endif

// MARK: Workers

// Claims and runs chunks of the current job until none is left; returns the last generation seen.
static uint32_t run_chunks(void) {
    uint64_t now = atomic_load_explicit(&claim, memory_order_acquire);
    for (;;) {
        uint32_t chunks = atomic_load_explicit(&job_chunks, memory_order_relaxed);
        chunk_body body = atomic_load_explicit(&job_body, memory_order_relaxed);
        void *context = atomic_load_explicit(&job_context, memory_order_relaxed);
        uint32_t left = (uint32_t)now;
        if (left == 0) return (uint32_t)(now >> 32);
        if (atomic_compare_exchange_weak_explicit(&claim, &now, now - 1, memory_order_acquire, memory_order_acquire)) {
            body(context, chunks - left);
            atomic_fetch_add_explicit(&done, 1, memory_order_release);
            now = atomic_load_explicit(&claim, memory_order_acquire);
        }
    }
}

static uint32_t generation(void) { return (uint32_t)(atomic_load(&claim) >> 32); }

// Returns when the generation is no longer `seen`.
static void wait_for_job(uint32_t seen) {
    int64_t spin = atomic_load_explicit(&spin_nanoseconds, memory_order_relaxed);
    for (int64_t end = 0; spin > 0;) {
        for (int i = 0; i < 64; i++) {
            if (generation() != seen) return;
            pause_briefly();
        }
        int64_t time = nanoseconds();
        if (end == 0) end = time + spin;
        if (time > end) break;
        // With the other cores busy the caller may be waiting for this one.
        if (time > end - spin + 10000) sched_yield();
    }
    // Announced before the last look at the generation; a caller changes the generation before it looks for sleepers.
    // All four are sequentially consistent, so one of the two sees the other.
    atomic_fetch_add(&sleepers, 1);
    for (;;) {
        uint32_t count = atomic_load(&wake_count);
        if (generation() != seen) break;
        wait_for_wake(count);
    }
    atomic_fetch_sub(&sleepers, 1);
}

static void *work(void *argument) {
    int index = (int)(intptr_t)argument;
#if defined(__APPLE__)
    pthread_setname_np("cotangent");
#elif defined(__linux__)
    pthread_setname_np(pthread_self(), "cotangent");
#endif
    for (;;) {
        uint32_t seen = run_chunks();
        if (index >= atomic_load(&worker_limit)) return NULL;
        wait_for_job(seen);
    }
}

// With `busy` held. Signals stay with the program's own threads.
static void start_workers(int count) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 8 << 20); // macOS gives 512 KiB otherwise
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_store(&worker_limit, count);
    while (worker_count < count) {
        if (pthread_create(&workers[worker_count], &attributes, work, (void *)(intptr_t)worker_count) != 0) {
            // The system has no more threads: go on with those there are.
            atomic_store(&worker_limit, worker_count);
            atomic_store(&wanted_threads, worker_count + 1);
            break;
        }
        worker_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
}

// With `busy` held: a new generation with `chunks` to claim.
static void publish(chunk_body body, void *context, uint32_t chunks) {
    uint64_t next = (uint64_t)(generation() + 1) << 32 | chunks;
    atomic_store_explicit(&job_body, body, memory_order_relaxed);
    atomic_store_explicit(&job_context, context, memory_order_relaxed);
    atomic_store_explicit(&job_chunks, chunks, memory_order_relaxed);
    atomic_store_explicit(&done, 0, memory_order_relaxed);
    atomic_store(&claim, next);
}

static int take_pool(void) {
    int free = 0;
    return atomic_load_explicit(&busy, memory_order_relaxed) == 0
        && atomic_compare_exchange_strong_explicit(&busy, &free, 1, memory_order_acquire, memory_order_relaxed);
}
static void release_pool(void) { atomic_store_explicit(&busy, 0, memory_order_release); }

// MARK: OpenBLAS's own threads
//
// OpenBLAS's count is the process's, and with it raised every large product of any thread would use those threads, with
// other rounding. So while it is raised nobody else works on chunks: the pool is held, and whoever finds it busy waits
// for the count to fall. Who works alone already is not waited for, since he may hold what the other needs: the
// count then stays. The two look at each other's flag after they have set their own.

static atomic_int raised;
static atomic_int alone;                  // threads that work on a job without the pool
static _Thread_local int raised_by_this_thread;

int ct_raise_blas_threads(void) {
    int threads = ct_thread_count();
    if (threads < 2 || !take_pool()) return 0;
    atomic_store(&raised, 1);
    if (atomic_load(&alone) > 0) {
        atomic_store(&raised, 0);
        release_pool();
        return 0;
    }
    raised_by_this_thread = 1;
    ct_openblas_set_threads(threads);
    return 1;
}

void ct_lower_blas_threads(void) {
    ct_openblas_set_threads(1);
    raised_by_this_thread = 0;
    atomic_store(&raised, 0);
    release_pool();
}

static void run_alone(size_t chunks, chunk_body body, void *context) {
    atomic_fetch_add(&alone, 1);
    while (atomic_load(&raised) && !raised_by_this_thread) {
        atomic_fetch_sub(&alone, 1);
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
        atomic_fetch_add(&alone, 1);
    }
    for (size_t chunk = 0; chunk < chunks; chunk++) body(context, chunk);
    atomic_fetch_sub(&alone, 1);
}

void ct_parallel(size_t chunks, chunk_body body, void *context) {
    int threads = chunks < 2 ? 1 : ct_thread_count();
    if (threads < 2) {
        for (size_t chunk = 0; chunk < chunks; chunk++) body(context, chunk);
        return;
    }
    // 2³² chunks do not fit the counter, and nobody cuts so finely.
    if (chunks > UINT32_MAX / 2 || !take_pool()) return run_alone(chunks, body, context);
    if (worker_count + 1 < threads) start_workers(threads - 1);
    publish(body, context, (uint32_t)chunks);
    int asleep = atomic_load(&sleepers);
    if (asleep > 0) wake((size_t)asleep < chunks - 1 ? asleep : (int)(chunks - 1));
    run_chunks();
    // Now only chunks that workers have begun: spin, and let others run when it takes long or cores are few.
    for (int i = 0; atomic_load_explicit(&done, memory_order_acquire) < chunks; i++) {
        if (i < 1000) pause_briefly();
        else sched_yield();
    }
    release_pool();
}

// MARK: Size

// Cores that this process may run on.
static int usable_cores(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
    // A container's share of processor time: "quota period" in microseconds, or "max" (cgroup v2).
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
    if (file) {
        long quota, period;
        if (fscanf(file, "%ld %ld", &quota, &period) == 2 && period > 0 && (quota + period - 1) / period < count)
            count = (quota + period - 1) / period;
        fclose(file);
    }
#endif
    return count < 1 ? 1 : count > most_threads ? most_threads : (int)count;
}

static void set_wanted(int threads) {
    // A worker that spins on a core that another needs only delays the job: with more threads than cores, hardly.
    atomic_store(&spin_nanoseconds, threads <= usable_cores() ? 200000 : 1000);
    atomic_store(&wanted_threads, threads);
}

static void reset_after_fork(void) {
    // Only the forking thread is there now.
    worker_count = 0;
    atomic_store(&busy, 0);
    atomic_store(&raised, 0);
    atomic_store(&alone, 0);
    atomic_store(&sleepers, 0);
    atomic_store(&claim, (uint64_t)generation() << 32);
    reset_sleep();
}

static void set_initial_count(void) {
    pthread_atfork(NULL, NULL, reset_after_fork);
    int asked = ct_openblas_threads_asked();
    set_wanted(asked > 0 ? asked : usable_cores());
}

int ct_thread_count(void) {
    int count = atomic_load_explicit(&wanted_threads, memory_order_acquire);
    if (count > 0) return count;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_initial_count);
    return atomic_load(&wanted_threads);
}

void ct_set_thread_count(int count) {
    ct_thread_count(); // first, so that the initial count does not come later
    count = count < 1 ? 1 : count > most_threads ? most_threads : count;
    while (!take_pool()) sched_yield();
    set_wanted(count);
    if (worker_count > count - 1) {
        atomic_store(&worker_limit, count - 1);
        publish(NULL, NULL, 0); // a job without chunks: every worker looks up
        wake(most_threads);
        while (worker_count > count - 1) pthread_join(workers[--worker_count], NULL);
    }
    release_pool();
}
