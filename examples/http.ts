// SPDX-License-Identifier: MIT
// IO model: a reactor. HTTP/1.1: GET / says hello. Connections are kept alive, requests may come in pieces or several at once
// (RFC 9112). There are no request bodies here: a request that has one is refused.
// Run: npm run example -- http
// Listen: 127.0.0.1:8080,backlog=511
// Backend: auto

import { Connection, Reactor } from 'pollux/assembly';

/** A longer head of a request is refused with 431. Characters. */
const LONGEST_HEAD: i32 = 8192;
/** A connection without a request is closed after this time. */
const IDLE_NS: u64 = 60_000_000_000;

class Http extends Connection {
  /** What came of requests that are not answered yet. */
  private received: string = '';
  private last: bool = false;

  onOpen(): void {
    this.setTimeout(IDLE_NS);
  }

  onData(data: Uint8Array): void {
    this.received += String.UTF8.decodeUnsafe(data.dataStart, data.byteLength);
    while (this.writable) {
      const end = this.received.indexOf('\r\n\r\n');
      if (end < 0 || end > LONGEST_HEAD) break;
      const head = this.received.substring(0, end);
      this.received = this.received.substring(end + 4);
      this.answer(head.split('\r\n'));
    }
    if (this.received.length > LONGEST_HEAD)
      this.respond(431, 'the head of the request is too long\n');
  }

  /** The server shuts down: a connection that only waits for the next request ends now. */
  onShutdown(): void {
    this.last = true;
    if (this.received.length == 0) this.end();
  }

  private answer(lines: string[]): void {
    const words = lines[0].split(' ');
    if (words.length != 3 || !words[2].startsWith('HTTP/1.')) {
      this.last = true;
      this.respond(400, 'this is no request\n');
      return;
    }
    let keepAlive = words[2] == 'HTTP/1.1';
    let hasHost = !keepAlive;
    let hasBody = false;
    for (let i = 1; i < lines.length; i++) {
      const colon = lines[i].indexOf(':');
      const name = lines[i].substring(0, colon).toLowerCase();
      const value = lines[i]
        .substring(colon + 1)
        .trim()
        .toLowerCase();
      if (name == 'connection') keepAlive = keepAlive ? value != 'close' : value == 'keep-alive';
      if (name == 'host') hasHost = true;
      if (name == 'transfer-encoding' || (name == 'content-length' && value != '0')) hasBody = true;
    }
    if (!keepAlive || hasBody) this.last = true;
    const method = words[0];
    if (!hasHost) this.respond(400, 'the Host is missing\n');
    else if (hasBody) this.respond(413, 'no body is taken here\n');
    else if (method != 'GET' && method != 'HEAD') this.respond(405, 'GET and HEAD, please\n');
    else if (words[1] != '/') this.respond(404, 'nothing is here\n', method == 'HEAD');
    else this.respond(200, 'hello, world\n', method == 'HEAD');
  }

  private respond(status: i32, body: string, headOnly: bool = false): void {
    if (status >= 400 && status != 404 && status != 405) this.last = true;
    const head =
      `HTTP/1.1 ${status} ${reason(status)}\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${String.UTF8.byteLength(body)}\r\n` +
      (status == 405 ? 'Allow: GET, HEAD\r\n' : '') +
      (this.last ? 'Connection: close\r\n\r\n' : '\r\n');
    this.writeText(headOnly ? head : head + body);
    if (this.last) this.end();
  }
}

function reason(status: i32): string {
  if (status == 200) return 'OK';
  if (status == 400) return 'Bad Request';
  if (status == 404) return 'Not Found';
  if (status == 405) return 'Method Not Allowed';
  if (status == 413) return 'Content Too Large';
  return 'Request Header Fields Too Large';
}

const reactor = new Reactor();
reactor.listen('', () => new Http());
reactor.run();
