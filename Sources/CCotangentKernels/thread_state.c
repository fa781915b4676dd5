#include "ct_thread_state.h"

_Thread_local ct_thread_state ct_current_thread_state;
