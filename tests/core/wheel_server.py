"""A package index on this machine, with small wheels that it makes itself.

    wheel_server.py FOLDER     prints its port, then a line for each file that is asked for: its name and range

Index: http://127.0.0.1:PORT/MODE/simple. Modes: plain; break: each answer ends in its middle; slow: 20 kB/s;
norange: files come from their beginning, whatever is asked; other: the bytes are not those of the hash;
mute: pages without hashes.
"""
import hashlib
import http.server
import os
import pathlib
import random
import sys
import threading
import time
import zipfile

folder = pathlib.Path(sys.argv[1])
HALF_FROM = 20_000  # bytes: what is shorter comes whole in the mode break


def write_wheels():
    """The fake LibTorch: pinned in tst_libtorch.cpp by the names, by their hashes when they have been made."""
    noise = random.Random(1)
    library = bytes(noise.randrange(256) for _ in range(300_000)) + b"\0" * 700_000
    with zipfile.ZipFile(folder / "torch-9.8.7.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("torch/lib/libtorch_cpu.so", library)
        wheel.writestr("torch/include/torch/headeronly/version.h", "#define TORCH_VERSION_MAJOR 9\n", zipfile.ZIP_STORED)
        wheel.writestr("torch/lib/libtorch_cuda.so", b"gpu")
        wheel.writestr("torch/lib/libtorch_python.so", b"python")
        wheel.writestr("torch/lib/../../../../outside", b"never")
        wheel.writestr("torch/lib/empty", b"")
        wheel.writestr("torch/__init__.py", b"import this\n")
    with zipfile.ZipFile(folder / "nvidia-part-1.0.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("nvidia/cu13/lib/libpart.so", b"part" * 1000)
        wheel.writestr("nvidia/cu13/include/part.h", b"no")
    for path in folder.glob("*.whl"):
        (folder / (path.name + ".sha256")).write_text(hashlib.sha256(path.read_bytes()).hexdigest())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        parts = self.path.strip("/").split("/")
        mode, kind, name = parts[0], parts[1], parts[-1]
        if kind == "simple":
            self.send_page(mode, name)
        else:
            self.send_file(mode, folder / name)

    def send_page(self, mode, name):
        links = ""
        for path in sorted(folder.glob(name + "-*.whl")):
            hash_of = (folder / (path.name + ".sha256")).read_text()
            fragment = "" if mode == "mute" else f"#sha256={hash_of}"
            links += f'<a href="../../files/other.whl#sha256={"0" * 64}">x</a>\n'
            links += f'<a href="../../files/{path.name}{fragment}" data-requires-python="&gt;=3.8">{path.name}</a>\n'
        if not links:
            return self.send_error(404)
        self.answer(200, f"<!DOCTYPE html><html><body>\n{links}</body></html>".encode(), [])

    def send_file(self, mode, path):
        asked = self.headers.get("Range", "")
        print(path.name, asked or "-", flush=True)
        if not path.exists():
            return self.send_error(404)
        content = path.read_bytes()
        if mode == "other":
            content = content[::-1]
        begin = int(asked[len("bytes="):].rstrip("-")) if asked and mode != "norange" else 0
        if asked and begin >= len(content):
            return self.send_error(416)
        rest = content[begin:]
        ranges = [("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")] if begin else []
        if mode == "break" and len(rest) > HALF_FROM:
            self.close_connection = True
            return self.answer(206 if begin else 200, rest[:len(rest) // 2], ranges, len(rest))
        self.answer(206 if begin else 200, rest, ranges, slow=mode == "slow")

    def answer(self, status, content, headers, length=None, slow=False):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(content)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        step = 1000 if slow else len(content)
        for at in range(0, len(content), max(step, 1)):
            self.wfile.write(content[at:at + step])
            if slow:
                self.wfile.flush()
                time.sleep(0.05)

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # who asked is gone: stopped, or killed

    def log_message(self, *_):
        pass


def end_with_parent():
    """Who started this holds the other end of its input, also when it is killed."""
    sys.stdin.read()
    os._exit(0)


write_wheels()
threading.Thread(target=end_with_parent, daemon=True).start()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
