// Two threads write one number without a lock: ThreadSanitizer must say so. It may miss two writes of one
// moment, so that there are many.
#include <cstdio>
#include <thread>

int shared = 0;

static void count() {
  for (int i = 0; i < 1'000; ++i) shared = shared + 1;
}

int main() {
  std::thread other(count);
  count();
  other.join();
  std::printf("%d\n", shared);
}
