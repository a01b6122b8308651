/// \file
/// What if the disk fails at the n-th write, sync, truncation or opening, or hangs? An SQLite VFS around the system's.
///
/// Any thread. Named "reeve-fault"; one per process, healed at first.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <new>
#include <thread>

namespace reeve::store {

class FaultVfs {
 public:
  static constexpr const char* kName = "reeve-fault";
  enum class Op { kAny, kWrite, kSync, kOpen, kTruncate };

  static FaultVfs& instance() {
    static FaultVfs vfs;
    return vfs;
  }

  /// The n-th operation from now fails (n from 1), and `more` after it. A failing write leaves half of its bytes.
  void fail(uint64_t nth, uint64_t more = 0, Op op = Op::kAny, int code = SQLITE_IOERR) {
    op_ = op;
    code_ = code;
    count_ = 0;
    last_ = nth + more;
    first_ = nth;
  }
  /// Every operation of the sort fails from now on.
  void fail_all(Op op = Op::kAny, int code = SQLITE_FULL) { fail(1, UINT64_MAX / 2, op, code); }
  void heal() {
    first_ = 0;
    hold_syncs(false);
  }
  /// Operations of the sort since fail().
  uint64_t count() const { return count_; }
  /// Syncs wait as long as this is on: a disk that hangs.
  void hold_syncs(bool on) {
    {
      const std::lock_guard lock(mutex_);
      held_ = on;
    }
    changed_.notify_all();
  }
  /// Waits until somebody hangs in a sync.
  void await_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real;
  };
  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return of(file)->real; }

  FaultVfs() {
    system_ = sqlite3_vfs_find(nullptr);
    vfs_ = *system_;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + system_->szOsFile;
    vfs_.zName = kName;
    vfs_.pNext = nullptr;
    vfs_.xOpen = open;
    set_methods();
    sqlite3_vfs_register(&vfs_, 0);
  }

  int outcome(Op op, int detail) {
    if (op_ != Op::kAny && op_ != op) return SQLITE_OK;
    const uint64_t now = ++count_;
    if (first_ == 0 || now < first_ || now > last_) return SQLITE_OK;
    return code_ == SQLITE_IOERR ? detail : code_.load();
  }

  void wait_while_held() {
    std::unique_lock lock(mutex_);
    if (!held_) return;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    --waiting_;
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    of(file)->base.pMethods = nullptr;
    if (const int code = instance().outcome(Op::kOpen, SQLITE_CANTOPEN)) return code;
    of(file)->real = reinterpret_cast<sqlite3_file*>(of(file) + 1);
    sqlite3_vfs* system = instance().system_;
    const int code = system->xOpen(system, name, of(file)->real, flags, out_flags);
    if (of(file)->real->pMethods) of(file)->base.pMethods = &instance().methods_;
    return code;
  }

  void set_methods() {
    methods_.iVersion = 2;
    methods_.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    methods_.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      return real(f)->pMethods->xRead(real(f), to, n, at);
    };
    methods_.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      const int code = instance().outcome(Op::kWrite, SQLITE_IOERR_WRITE);
      if (code == SQLITE_OK) return real(f)->pMethods->xWrite(real(f), from, n, at);
      real(f)->pMethods->xWrite(real(f), from, n / 2, at);
      return code;
    };
    methods_.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      if (const int code = instance().outcome(Op::kTruncate, SQLITE_IOERR_TRUNCATE)) return code;
      return real(f)->pMethods->xTruncate(real(f), size);
    };
    // The bytes reach the disk even when the sync says that it failed: the worst of both.
    methods_.xSync = [](sqlite3_file* f, int flags) {
      instance().wait_while_held();
      const int code = instance().outcome(Op::kSync, SQLITE_IOERR_FSYNC);
      const int done = real(f)->pMethods->xSync(real(f), flags);
      return code ? code : done;
    };
    methods_.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      return real(f)->pMethods->xFileSize(real(f), size);
    };
    methods_.xLock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xLock(real(f), how); };
    methods_.xUnlock = [](sqlite3_file* f, int how) { return real(f)->pMethods->xUnlock(real(f), how); };
    methods_.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    methods_.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    methods_.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    methods_.xDeviceCharacteristics = [](sqlite3_file* f) {
      return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    methods_.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    methods_.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
      return real(f)->pMethods->xShmLock(real(f), at, n, flags);
    };
    methods_.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    methods_.xShmUnmap = [](sqlite3_file* f, int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); };
  }

  sqlite3_vfs* system_ = nullptr;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods methods_{};
  std::atomic<Op> op_{Op::kAny};
  std::atomic<int> code_{SQLITE_IOERR};
  std::atomic<uint64_t> count_{0}, first_{0}, last_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int waiting_ = 0;
};

}  // namespace reeve::store
