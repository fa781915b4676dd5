#ifndef CT_THREAD_STATE_H
#define CT_THREAD_STATE_H

// What a thread is doing, for the gradient engine: reading it costs half a nanosecond, a Swift task-local 18.
// Both are unmanaged references that the Swift side keeps alive.
typedef struct {
    void *_Nullable tape;    // where operations are recorded now, or null
    void *_Nullable scope;   // mode, randomness and pending state of the innermost scope, or null
} ct_thread_state;

extern _Thread_local ct_thread_state ct_current_thread_state;

static inline void *_Nullable ct_current_tape(void) { return ct_current_thread_state.tape; }
static inline void *_Nullable ct_current_scope(void) { return ct_current_thread_state.scope; }
static inline void ct_set_current_tape(void *_Nullable tape) { ct_current_thread_state.tape = tape; }
static inline void ct_set_current_scope(void *_Nullable scope) { ct_current_thread_state.scope = scope; }

#endif
