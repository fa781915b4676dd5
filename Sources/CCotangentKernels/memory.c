// Memory for tensors that is kept and handed out again.
//
// Fresh pages from the system are zeroed and mapped at the first touch, at some 0.25 µs for 4 KiB: more than most
// element-wise loops need for them. malloc gives large blocks back on free and so pays this again and again.
//
// Classes: multiples of 64 bytes up to 256, then four to a doubling: at most a quarter is lost to rounding.
// Small blocks (up to 64 KiB) are cached by each thread, without locks; the rest, and what overflows, is in one list
// a class under one lock. Kept blocks take at most max(256 MiB, the peak of bytes in use): a training loop, whose need
// swings between little and the peak, never asks the system twice, and when sizes change, the classes that were not
// used for longest go back first.

#if defined(__linux__)
#define _GNU_SOURCE // MADV_HUGEPAGE
#endif
#include "ct_memory.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if !defined(__has_feature)
#define __has_feature(x) 0
#endif

enum {
    unit = 64,
    small_classes = 36,            // up to 64 KiB
    class_count = 160,             // up to 2 TiB
    cached_bytes_a_class = 256 << 10,
    cached_blocks_a_class = 64,
    unreported_bytes = 64 << 10,   // by which a thread's use may pass unseen by the peak
    huge_page = 2 << 20,
};
static const uint64_t least_bound = 256ull << 20;

// AddressSanitizer should see each block freed and allocated, or it would miss uses after free.
static const int keeps = !__has_feature(address_sanitizer);

typedef struct block {
    struct block *next;
} block;

typedef struct {
    block *first;
    uint32_t count;
} list;

// MARK: Classes, in units of 64 bytes: 1, 2, 3, 4, then (4 + i) 2^k for i in 1…4, k = 0, 1, …

static size_t class_capacity(size_t class) {
    return class < 4 ? (class + 1) * unit : (5 + class % 4) * unit << (class / 4 - 1);
}

static size_t class_of(size_t size) {
    size_t units = size <= unit ? 1 : (size - 1) / unit + 1;
    if (units <= 4) return units - 1;
    // 2^bits < units ≤ 2^(bits + 1)
    size_t bits = 8 * sizeof(unsigned long long) - 1 - (size_t)__builtin_clzll((unsigned long long)(units - 1));
    return 4 * (bits - 1) + ((units - 1) >> (bits - 2)) - 4;
}

// MARK: State

// A thread's own blocks. Its numbers are written by the thread alone and read by reports: relaxed atomics, no locked
// instructions.
typedef struct cache {
    list lists[small_classes];
    _Atomic int64_t unreported;    // bytes in use that are not in `in_use` yet; negative where this thread frees more
    _Atomic int64_t kept;          // bytes in `lists`
    struct cache *previous, *next;
    enum { unregistered, registered, gone } stage;
} cache;
static _Thread_local cache own;

static inline int64_t get(_Atomic int64_t *value) { return atomic_load_explicit(value, memory_order_relaxed); }
static inline void set(_Atomic int64_t *value, int64_t to) { atomic_store_explicit(value, to, memory_order_relaxed); }

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // for all that follows
static list shared[class_count];
static uint64_t last_use[class_count], clock_ticks;
static int64_t in_use;
static uint64_t shared_kept, peak, system_allocations;
static cache *caches;
static pthread_key_t exit_key;

static void count_use(int64_t bytes) {
    in_use += bytes;
    if (in_use > 0 && (uint64_t)in_use > peak) peak = (uint64_t)in_use;
}

// MARK: The system

static void *ask_system(size_t size, size_t capacity) {
    void *pointer = NULL;
    // Large blocks on huge pages where the system leaves the choice to programs: fewer faults and TLB misses.
    size_t alignment = capacity >= 2 * huge_page ? huge_page : unit;
    if (posix_memalign(&pointer, alignment, capacity) != 0 || !pointer) {
        fprintf(stderr, "Cotangent: the system has no memory for %zu bytes\n", size);
        abort();
    }
#if defined(MADV_HUGEPAGE)
    if (alignment == huge_page) madvise(pointer, capacity & ~((size_t)huge_page - 1), MADV_HUGEPAGE);
#endif
    return pointer;
}

static block *take(list *from) {
    block *taken = from->first;
    from->first = taken->next;
    from->count--;
    return taken;
}

static void put(list *onto, void *pointer) {
    block *added = pointer;
    added->next = onto->first;
    onto->first = added;
    onto->count++;
}

// Puts a chain of blocks aside that leave the pool, so that the system takes them without the lock held.
static void drop(size_t class, block **dropped) {
    block *leaving = take(&shared[class]);
    shared_kept -= class_capacity(class);
    leaving->next = *dropped;
    *dropped = leaving;
}

static void give_back(block *dropped) {
    while (dropped) {
        block *next = dropped->next;
        free(dropped);
        dropped = next;
    }
}

// Under the lock: drops blocks of the classes longest unused until the bound holds.
static void keep_bound(block **dropped) {
    uint64_t bound = !keeps ? 0 : peak > least_bound ? peak : least_bound;
    while (shared_kept > bound) {
        size_t oldest = class_count;
        for (size_t class = 0; class < class_count; class++)
            if (shared[class].count && (oldest == class_count || last_use[class] < last_use[oldest])) oldest = class;
        if (oldest == class_count) return;
        while (shared[oldest].count && shared_kept > bound) drop(oldest, dropped);
    }
}

// MARK: Threads

static uint32_t most_cached(size_t class) {
    size_t count = cached_bytes_a_class / class_capacity(class);
    return count < cached_blocks_a_class ? (uint32_t)count : cached_blocks_a_class;
}

// Under the lock.
static void move_to_shared(cache *mine, size_t class, uint32_t count) {
    uint64_t bytes = class_capacity(class) * (uint64_t)count;
    for (uint32_t i = 0; i < count; i++) put(&shared[class], take(&mine->lists[class]));
    shared_kept += bytes;
    last_use[class] = ++clock_ticks;
    set(&mine->kept, get(&mine->kept) - (int64_t)bytes);
}

static void move_all_to_shared(cache *mine) {
    for (size_t class = 0; class < small_classes; class++) move_to_shared(mine, class, mine->lists[class].count);
}

// Under the lock.
static void report_use(cache *mine) {
    count_use(get(&mine->unreported));
    set(&mine->unreported, 0);
}

static void end_thread(void *argument) {
    cache *mine = argument;
    block *dropped = NULL;
    pthread_mutex_lock(&lock);
    move_all_to_shared(mine);
    report_use(mine);
    if (mine->previous) mine->previous->next = mine->next;
    else caches = mine->next;
    if (mine->next) mine->next->previous = mine->previous;
    mine->stage = gone; // destructors of others that still free go to the shared lists
    keep_bound(&dropped);
    pthread_mutex_unlock(&lock);
    give_back(dropped);
}

static void lock_before_fork(void) { pthread_mutex_lock(&lock); }
static void unlock_after_fork(void) { pthread_mutex_unlock(&lock); }
static void set_up(void) {
    pthread_key_create(&exit_key, end_thread);
    pthread_atfork(lock_before_fork, unlock_after_fork, unlock_after_fork);
}

// True if this thread has a cache.
static inline int has_cache(cache *mine) {
    if (__builtin_expect(mine->stage == registered, 1)) return 1;
    if (mine->stage == gone || !keeps) return 0;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up);
    if (pthread_setspecific(exit_key, mine) != 0) return 0;
    pthread_mutex_lock(&lock);
    mine->next = caches;
    if (caches) caches->previous = mine;
    caches = mine;
    mine->stage = registered;
    pthread_mutex_unlock(&lock);
    return 1;
}

// Bytes that go from this thread's cache into use, or (negative) back.
static inline void move_to_use(cache *mine, int64_t bytes) {
    int64_t sum = get(&mine->unreported) + bytes;
    set(&mine->unreported, sum);
    set(&mine->kept, get(&mine->kept) - bytes);
    if (__builtin_expect(sum > unreported_bytes || sum < -unreported_bytes, 0)) {
        pthread_mutex_lock(&lock);
        report_use(mine);
        pthread_mutex_unlock(&lock);
    }
}

// MARK: Interface

// From the shared list of the class, or the system. `mine` takes further blocks along for the next requests.
static void *allocate_shared(size_t size, size_t class, size_t capacity, cache *mine) {
    void *pointer = NULL;
    pthread_mutex_lock(&lock);
    last_use[class] = ++clock_ticks;
    count_use((int64_t)capacity);
    if (shared[class].count) {
        pointer = take(&shared[class]);
        shared_kept -= capacity;
    } else {
        system_allocations++;
    }
    if (mine) {
        report_use(mine);
        uint32_t count = most_cached(class) / 2, there = shared[class].count;
        if (there < count) count = there;
        for (uint32_t i = 0; i < count; i++) put(&mine->lists[class], take(&shared[class]));
        shared_kept -= count * (uint64_t)capacity;
        set(&mine->kept, get(&mine->kept) + (int64_t)(count * capacity));
    }
    pthread_mutex_unlock(&lock);
    return pointer ? pointer : ask_system(size, capacity);
}

void *ct_allocate(size_t size, size_t *capacity) {
    size_t class = class_of(size);
    if (class >= class_count) {
        fprintf(stderr, "Cotangent: no machine has memory for %zu bytes\n", size);
        abort();
    }
    *capacity = class_capacity(class);
    cache *mine = &own;
    if (class >= small_classes || !has_cache(mine)) return allocate_shared(size, class, *capacity, NULL);
    if (!mine->lists[class].first) return allocate_shared(size, class, *capacity, mine);
    move_to_use(mine, (int64_t)*capacity);
    return take(&mine->lists[class]);
}

void ct_free(void *pointer, size_t capacity) {
    if (!pointer) return;
    size_t class = class_of(capacity);
    cache *mine = &own;
    int cached = class < small_classes && has_cache(mine);
    if (cached) {
        put(&mine->lists[class], pointer);
        move_to_use(mine, -(int64_t)capacity);
        if (__builtin_expect(mine->lists[class].count <= most_cached(class), 1)) return;
    }
    block *dropped = NULL;
    pthread_mutex_lock(&lock);
    if (cached) {
        move_to_shared(mine, class, mine->lists[class].count / 2);
        report_use(mine);
    } else {
        in_use -= (int64_t)capacity;
        put(&shared[class], pointer);
        shared_kept += capacity;
        last_use[class] = ++clock_ticks;
    }
    keep_bound(&dropped);
    pthread_mutex_unlock(&lock);
    give_back(dropped);
}

ct_memory_statistics ct_memory_report(void) {
    pthread_mutex_lock(&lock);
    int64_t total = in_use;
    uint64_t kept = shared_kept;
    for (cache *each = caches; each; each = each->next) {
        total += get(&each->unreported);
        kept += (uint64_t)get(&each->kept);
    }
    if (total < 0) total = 0; // a block's free was seen before its allocation
    if ((uint64_t)total > peak) peak = (uint64_t)total;
    ct_memory_statistics result = {(uint64_t)total, kept, peak, system_allocations};
    pthread_mutex_unlock(&lock);
    return result;
}

void ct_memory_trim(void) {
    block *dropped = NULL;
    pthread_mutex_lock(&lock);
    if (own.stage == registered) move_all_to_shared(&own);
    for (size_t class = 0; class < class_count; class++)
        while (shared[class].count) drop(class, &dropped);
    pthread_mutex_unlock(&lock);
    give_back(dropped);
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}

uint64_t ct_page_faults(void) {
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_minflt : 0;
}
