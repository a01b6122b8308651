/// \file
/// How are SQLite files opened, guarded and written? The front door of store.
///
/// One connection writes, from one thread; all others are read-only, and only the writer checkpoints (SQLite 3.40 can
/// lose data when two connections do, LIBRARIES).
#pragma once

#include "store/checkpointer.h"
#include "store/connection.h"
#include "store/migration.h"
#include "store/statement.h"
#include "store/writer_thread.h"
