#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "base/text.h"

extern char** environ;

namespace rapport {
namespace {

constexpr std::size_t kKeptErrorBytes = 4096;

struct Pipe {
  int read_end = -1, write_end = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return true;
  }
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  ~Pipe() {
    close(read_end);
    close(write_end);
  }
};

}  // namespace

struct Process::Child {
  pid_t pid = -1;
  std::string name;
  Pipe out, err, in;
  std::thread feeder, error_reader;  // so that a full pipe in either direction never blocks the other
  std::string errors;
  std::string buffer;
  std::size_t position = 0;
  bool cut = false;

  bool fill() {
    if (position > 0) {
      buffer.erase(0, position);
      position = 0;
    }
    constexpr std::size_t kChunk = 1 << 18;
    std::size_t old_size = buffer.size();
    buffer.resize(old_size + kChunk);
    ssize_t count;
    do count = ::read(out.read_end, buffer.data() + old_size, kChunk);
    while (count < 0 && errno == EINTR);
    buffer.resize(old_size + (count > 0 ? static_cast<std::size_t>(count) : 0));
    return count > 0;
  }

  int wait() {
    int status = 0;
    while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
    if (feeder.joinable()) feeder.join();
    if (error_reader.joinable()) error_reader.join();
    return status;
  }

  ~Child() {
    if (pid <= 0) return;
    Pipe::close(out.read_end);  // a child that writes gets SIGPIPE
    ::kill(pid, SIGTERM);
    for (int i = 0; i < 50; ++i) {
      int status;
      if (::waitpid(pid, &status, WNOHANG) == pid) {
        pid = -1;
        break;
      }
      ::usleep(10'000);
    }
    if (pid > 0) ::kill(pid, SIGKILL);
    wait();
  }
};

Process::Process(std::unique_ptr<Child> child) : child_(std::move(child)) {}
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;
Process::~Process() = default;

Result<Process> Process::start(const ProcessOptions& options) {
  auto child = std::make_unique<Child>();
  child->name = options.arguments.at(0);
  if (!child->out.open() || !child->err.open() || !child->in.open())
    return fail(Error::Kind::kUpstream, fmt::format("cannot open a pipe: {}", std::strerror(errno)));

  std::vector<char*> arguments, environment;
  for (const auto& argument : options.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  // Ours first removed where overridden, so that the child sees each name once.
  for (char** entry = environ; *entry != nullptr; ++entry) {
    std::string_view name{*entry, static_cast<std::size_t>(std::strcspn(*entry, "="))};
    bool overridden = false;
    for (const auto& added : options.environment)
      overridden |= added.size() > name.size() && added.compare(0, name.size(), name) == 0 && added[name.size()] == '=';
    if (!overridden) environment.push_back(*entry);
  }
  for (const auto& added : options.environment) environment.push_back(const_cast<char*>(added.c_str()));
  environment.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (options.input_file.empty()) posix_spawn_file_actions_adddup2(&actions, child->in.read_end, 0);
  else posix_spawn_file_actions_addopen(&actions, 0, options.input_file.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, child->out.write_end, 1);
  posix_spawn_file_actions_adddup2(&actions, child->err.write_end, 2);
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Its own process group: Ctrl-C in our terminal is ours to handle, we end the child ourselves.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  int error = ::posix_spawnp(&child->pid, arguments[0], &actions, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    child->pid = -1;
    return fail(error == ENOENT ? Error::Kind::kNotFound : Error::Kind::kUpstream,
                fmt::format("cannot run {}: {}", child->name, std::strerror(error)),
                fmt::format("install {} or put it in PATH", child->name));
  }
  Pipe::close(child->out.write_end);
  Pipe::close(child->err.write_end);
  Pipe::close(child->in.read_end);
  if (options.input.empty()) {
    Pipe::close(child->in.write_end);
  } else {
    child->feeder = std::thread([raw = child.get(), input = options.input] {
      std::string_view rest = input;
      while (!rest.empty()) {
        ssize_t count = ::write(raw->in.write_end, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(count));
      }
      Pipe::close(raw->in.write_end);
    });
  }
  child->error_reader = std::thread([raw = child.get()] {
    char chunk[1024];
    for (;;) {
      ssize_t count = ::read(raw->err.read_end, chunk, sizeof chunk);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;
      raw->errors.append(chunk, static_cast<std::size_t>(count));
      if (raw->errors.size() > 2 * kKeptErrorBytes) raw->errors.erase(0, raw->errors.size() - kKeptErrorBytes);
    }
  });
  return Process{std::move(child)};
}

std::optional<std::string_view> Process::read_until(char delimiter, std::size_t longest) {
  auto& child = *child_;
  child.cut = false;
  std::size_t searched = child.position;
  for (;;) {
    auto end = child.buffer.find(delimiter, searched);
    if (end != std::string::npos) {
      std::string_view found{child.buffer.data() + child.position, end - child.position};
      child.position = end + 1;
      if (found.size() > longest) {
        child.cut = true;
        found = found.substr(0, longest);
      }
      return found;
    }
    std::size_t held = child.buffer.size() - child.position;
    if (held > longest + 1) {  // keep the head, drop what follows
      child.buffer.resize(child.position + longest + 1);
      held = longest + 1;
    }
    bool more = child.fill();
    searched = held;  // fill() moved the unread part to the front
    if (!more) {
      if (child.buffer.empty()) return std::nullopt;
      child.position = child.buffer.size();
      std::string_view found{child.buffer};
      if (found.size() > longest) {
        child.cut = true;
        found = found.substr(0, longest);
      }
      return found;
    }
  }
}

bool Process::was_cut() const { return child_->cut; }

std::string_view Process::read_some(std::size_t size) {
  auto& child = *child_;
  if (child.position == child.buffer.size() && !child.fill()) return {};
  std::string_view found{child.buffer.data() + child.position, std::min(size, child.buffer.size() - child.position)};
  child.position += found.size();
  return found;
}

namespace {

// The last lines of what a program said, about `most` bytes of them, in one line: the end of a long complaint is what tells. Lines
// that only point at the one above (Python's ^^^^) are left out.
std::string last_words(std::string_view said, std::size_t most) {
  std::string words;
  while (!said.empty()) {
    auto cut = said.rfind('\n');
    auto line = trim(cut == std::string_view::npos ? said : said.substr(cut + 1));
    said = cut == std::string_view::npos ? std::string_view{} : said.substr(0, cut);
    if (line.find_first_not_of("^~ ") == std::string_view::npos) continue;
    if (!words.empty() && words.size() + line.size() > most) return "… / " + words;
    words = words.empty() ? std::string{line.size() > most ? line.substr(line.size() - most) : line} : std::string{line} + " / " + words;
  }
  return words;
}

}  // namespace

Result<> Process::finish() {
  while (!read_some().empty()) {
  }
  int status = child_->wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  auto errors = last_words(child_->errors, 600);
  auto how = WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                               : fmt::format("signal {}", WTERMSIG(status));
  return fail(Error::Kind::kUpstream,
              fmt::format("{} failed ({}){}{}", child_->name, how, errors.empty() ? "" : ": ", printable(errors)));
}

Result<std::string> run_process(const ProcessOptions& options, std::size_t limit) {
  auto process = TRY(Process::start(options));
  std::string out;
  for (;;) {
    auto some = process.read_some();
    if (some.empty()) break;
    if (out.size() + some.size() > limit)
      return fail(Error::Kind::kBadInput, fmt::format("{} wrote more than {} bytes", options.arguments[0], limit));
    out += some;
  }
  TRY(process.finish());
  return out;
}

}  // namespace rapport
