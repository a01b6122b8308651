#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "child/launch.h"

// A filter is a small program that the kernel runs before each system call (man 2 seccomp); what it does not know
// passes. Plain BPF, because libseccomp would be a library in every child for a dozen instructions.

#if defined(__x86_64__)
#define REEVE_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define REEVE_AUDIT_ARCH AUDIT_ARCH_AARCH64
#endif

namespace reeve::child {

namespace {
constexpr uint32_t kRefuse = SECCOMP_RET_ERRNO | EACCES;

constexpr uint32_t argument(unsigned i) {
  return static_cast<uint32_t>(offsetof(seccomp_data, args) + 8 * i);
}

class Filter {
 public:
  Filter() {
    load(offsetof(seccomp_data, arch));
    jump_unless(REEVE_AUDIT_ARCH, 0, 1);  // another architecture's numbers mean other calls
    give(SECCOMP_RET_ERRNO | ENOSYS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    // x32 calls carry a bit of their own and would slip by.
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
    give(SECCOMP_RET_ERRNO | ENOSYS);
#endif
  }
  void refuse(long call) {
    jump_unless(static_cast<uint32_t>(call), 1, 0);
    give(kRefuse);
  }
  /// Refuses the call unless its argument `i` is `value`.
  void refuse_unless(long call, unsigned i, uint32_t value) {
    jump_unless(static_cast<uint32_t>(call), 4, 0);
    load(argument(i));
    jump_unless(value, 0, 1);
    give(kRefuse);
    give(SECCOMP_RET_ALLOW);
  }
  /// Refuses the call unless its argument `i` has all of `bits`.
  void refuse_without(long call, unsigned i, uint32_t bits) {
    jump_unless(static_cast<uint32_t>(call), 4, 0);
    load(argument(i));
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0));
    give(kRefuse);
    give(SECCOMP_RET_ALLOW);
  }
  void refuse_as(long call, int error) {
    jump_unless(static_cast<uint32_t>(call), 1, 0);
    give(SECCOMP_RET_ERRNO | static_cast<uint32_t>(error));
  }
  bool install() {
    give(SECCOMP_RET_ALLOW);
    sock_fprog program{static_cast<unsigned short>(code_.size()), code_.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
  }

 private:
  void load(size_t offset) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset))); }
  // Equal: skips `equal` instructions; else skips `other`.
  void jump_unless(uint32_t value, uint8_t other, uint8_t equal) {
    code_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, equal, other));
  }
  void give(uint32_t what) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, what)); }
  std::vector<sock_filter> code_;
};
}  // namespace

bool filter_network() {
  Filter filter;
  filter.refuse_unless(SYS_socket, 0, AF_UNIX);
  filter.refuse(SYS_io_uring_setup);  // its requests pass by every filter
  return filter.install();
}

bool filter_script() {
  Filter filter;
  for (const long call : {SYS_socket,
                          SYS_connect,
                          SYS_bind,
                          SYS_listen,
                          SYS_accept4,
                          SYS_ptrace,
                          SYS_mount,
                          SYS_umount2,
                          SYS_unshare,
                          SYS_setns,
                          SYS_kill,
                          SYS_tkill,
                          SYS_rt_sigqueueinfo,
                          SYS_rt_tgsigqueueinfo,
                          SYS_pidfd_send_signal,
                          SYS_pidfd_getfd,
                          SYS_process_vm_readv,
                          SYS_process_vm_writev,
                          SYS_io_uring_setup,
                          SYS_bpf,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_delete_module,
                          SYS_kexec_load,
                          SYS_reboot,
                          SYS_settimeofday,
                          SYS_clock_settime,
                          SYS_perf_event_open})
    filter.refuse(call);
  filter.refuse_unless(SYS_tgkill, 0, static_cast<uint32_t>(::getpid()));  // abort() sends itself one
#if defined(__x86_64__)
  filter.refuse(SYS_fork);
  filter.refuse(SYS_vfork);
#endif
  filter.refuse_without(SYS_clone, 0, CLONE_THREAD);
  filter.refuse_as(SYS_clone3, ENOSYS);  // its flags lie in memory; libc falls back to clone
  return filter.install();
}

}  // namespace reeve::child
