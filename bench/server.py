"""A static web server for the measurements: server.py DIRECTORY PORT_FILE [DELAY]. Waits DELAY seconds before each answer; prints a line for each request."""

import functools
import http.server
import sys
import time

DELAY = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def send_head(self):
        time.sleep(DELAY)
        return super().send_head()

    def copyfile(self, source, outputfile):
        outputfile.flush()
        self.connection.sendfile(source)

    def log_message(self, format, *args):
        # One write: lines of several threads must not mix.
        sys.stdout.write(args[0] + "\n")
        sys.stdout.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


with Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1])) as server:
    with open(sys.argv[2], "w") as file:
        print(server.server_port, file=file)
    server.serve_forever()
