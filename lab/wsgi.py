#!/usr/bin/python3
"""wsgi.py PORT SCRIPT: serves a WSGI script (keystone-wsgi-public, placement-api) on 127.0.0.1 with cheroot.

One process, threads, proper keep-alive. Debian runs these in uWSGI, whose http-socket closes each connection without
saying "Connection: close": a client that keeps connections alive then gets "Connection reset by peer" now and then.
"""
import importlib.machinery
import importlib.util
import signal
import sys

from cheroot import wsgi

port, script = int(sys.argv[1]), sys.argv[2]
sys.argv = [script]
loader = importlib.machinery.SourceFileLoader("wsgi_app", script)
module = importlib.util.module_from_spec(importlib.util.spec_from_loader("wsgi_app", loader))
loader.exec_module(module)

server = wsgi.Server(("127.0.0.1", port), module.application, numthreads=8, request_queue_size=128, server_name="lab")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    server.start()
finally:
    server.stop()
