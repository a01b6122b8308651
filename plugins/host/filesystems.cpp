#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "host/collectors.h"

namespace reeve::host {

namespace {

constexpr std::array<std::string_view, 31> kPseudo = {
    "autofs",   "binfmt_misc", "bpf",        "cgroup",     "cgroup2",   "configfs", "debugfs", "devpts",
    "devtmpfs", "fusectl",     "hugetlbfs",  "iso9660",    "mqueue",    "nsfs",     "overlay", "proc",
    "procfs",   "pstore",      "rpc_pipefs", "securityfs", "selinuxfs", "squashfs", "sysfs",   "tracefs",
    "efivarfs", "ramfs",       "resctrl",    "sockfs",     "pipefs",    "bdev",     "cpuset"};

/// What asks a server that may be gone.
constexpr std::array<std::string_view, 9> kNetwork = {"nfs",  "nfs4", "cifs", "smb3",     "smbfs",
                                                      "ceph", "9p",   "afs",  "glusterfs"};

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_network(const std::string& type) {
  return holds(kNetwork, type) || type.starts_with("fuse");
}

/// node_exporter's default: nothing below these.
bool ignored_point(std::string_view point) {
  for (std::string_view below : {"/dev", "/proc", "/sys", "/run/credentials", "/var/lib/docker"}) {
    if (point == below) return below != "/var/lib/docker";
    if (point.starts_with(below) && point[below.size()] == '/') return true;
  }
  return false;
}

/// \040 and the like stand for blanks in mountinfo.
std::string unescaped(std::string_view text) {
  std::string out;
  auto octal = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '7'; };
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
bool parse_mount(std::string_view line, Mount& mount) {
  auto parts = words(line);
  size_t dash = 6;
  while (dash < parts.size() && parts[dash] != "-") ++dash;
  if (dash + 3 >= parts.size()) return false;
  mount.point = unescaped(parts[4]);
  mount.type = parts[dash + 1];
  mount.device = unescaped(parts[dash + 2]);
  auto read_only = [](std::string_view options) { return options == "ro" || options.starts_with("ro,"); };
  mount.read_only = read_only(parts[5]) || read_only(parts[dash + 3]);
  return true;
}

/// What statfs said about one mount.
struct Room {
  bool failed = false;
  double block = 0, blocks = 0, free = 0, available = 0, files = 0, files_free = 0;
  bool read_only = false;
};

Room ask(const std::string& point) {
  struct statvfs answer{};
  Room room;
  room.failed = statvfs(point.c_str(), &answer) != 0;
  if (room.failed) return room;
  room.block = static_cast<double>(answer.f_frsize);
  room.blocks = static_cast<double>(answer.f_blocks);
  room.free = static_cast<double>(answer.f_bfree);
  room.available = static_cast<double>(answer.f_bavail);
  room.files = static_cast<double>(answer.f_files);
  room.files_free = static_cast<double>(answer.f_ffree);
  room.read_only = (answer.f_flag & ST_RDONLY) != 0;
  return room;
}

void add_room(const Mount& mount, const Room& room, Out& out) {
  auto add = [&](const char* name, double value) {
    out.add(name, {{"device", mount.device}, {"fstype", mount.type}, {"mountpoint", mount.point}}, value);
  };
  add("node_filesystem_device_error", room.failed ? 1 : 0);
  if (room.failed) return;
  add("node_filesystem_readonly", mount.read_only || room.read_only ? 1 : 0);
  add("node_filesystem_size_bytes", room.blocks * room.block);
  add("node_filesystem_free_bytes", room.free * room.block);
  add("node_filesystem_avail_bytes", room.available * room.block);
  add("node_filesystem_files", room.files);
  add("node_filesystem_files_free", room.files_free);
}

}  // namespace

std::vector<Mount> measured_mounts(const Source& source) {
  std::vector<Mount> mounts;
  std::string text = source.proc_file("1/mountinfo");
  if (text.empty()) text = source.proc_file("self/mountinfo");
  for (std::string_view line : lines(text)) {
    Mount mount;
    if (!parse_mount(line, mount) || holds(kPseudo, mount.type) || ignored_point(mount.point)) continue;
    auto covered = [&](const Mount& other) { return other.point == mount.point; };
    mounts.erase(std::remove_if(mounts.begin(), mounts.end(), covered), mounts.end());
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

/// Shared with the threads that wait for a server; a thread that never comes back keeps only this.
struct FileSystems::Waiting {
  std::mutex mutex;
  std::condition_variable answered;
  std::map<std::string, Room> rooms;
  std::map<std::string, bool> pending;
};

FileSystems::FileSystems() : waiting_(std::make_shared<Waiting>()) {}
FileSystems::~FileSystems() = default;

void FileSystems::collect(const Source& source, Out& out) {
  constexpr auto kPatience = std::chrono::seconds(1);
  for (const Mount& mount : measured_mounts(source)) {
    std::string path = source.root + mount.point;
    if (!is_network(mount.type)) {
      add_room(mount, ask(path), out);
      continue;
    }
    std::unique_lock lock(waiting_->mutex);
    if (!waiting_->pending[path]) {
      waiting_->pending[path] = true;
      waiting_->rooms.erase(path);
      std::thread([path, shared = waiting_] {
        Room room = ask(path);
        std::lock_guard locked(shared->mutex);
        shared->rooms[path] = room;
        shared->pending[path] = false;
        shared->answered.notify_all();
      }).detach();
      waiting_->answered.wait_for(lock, kPatience, [&] { return !waiting_->pending[path]; });
    }
    Room room;
    room.failed = true;
    add_room(mount, waiting_->pending[path] ? room : waiting_->rooms[path], out);
  }
}

}  // namespace reeve::host
