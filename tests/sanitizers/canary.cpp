// Two threads write one number without a lock: ThreadSanitizer must say so.
#include <cstdio>
#include <thread>

int shared = 0;

int main() {
  std::thread other([] { shared = 1; });
  shared = 2;
  other.join();
  std::printf("%d\n", shared);
}
