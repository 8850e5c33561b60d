// HTTP/1.1 (RFC 9112): GET / says hello. Connections are kept alive, requests may come in pieces or several at
// once. There are no request bodies here: a request that has one is refused, and ends its connection.

import { Connection, Reactor, wallClock } from 'pollux/assembly';

/** A longer head of a request is refused with 431. Bytes. */
const LONGEST_HEAD: i32 = 8192;
/** A connection on which nothing was sent or received for this time is closed. */
const IDLE_NS: u64 = 60_000_000_000;

/** What of a request's head matters here. */
class Request {
  method: string = '';
  path: string = '';
  hasBody: bool = false;
  keepAlive: bool = true;
  /** 0, or the status that refuses it. */
  refusal: i32 = 0;
}

class Http extends Connection {
  /** The beginning of a head whose end has not come yet. */
  private rest: string = '';
  /** The next response is the last one. */
  private last: bool = false;

  onOpen(): void {
    this.setTimeout(IDLE_NS);
  }

  onData(data: Uint8Array): void {
    const text = this.rest + latin1(data);
    let start = 0;
    while (this.writable) {
      // Some clients send an empty line behind a body.
      while (text.substring(start, start + 2) == '\r\n') start += 2;
      const end = text.indexOf('\r\n\r\n', start);
      if ((end < 0 ? text.length : end) - start > LONGEST_HEAD) this.refuse(431);
      else if (end < 0) break;
      else this.answer(parse(text.substring(start, end).split('\r\n')));
      start = end + 4;
    }
    // What comes behind the last response is read and dropped, so that it does not become a reset.
    this.rest = this.writable ? text.substring(start) : '';
  }

  /** The server shuts down: a connection that only waits for the next request ends now. */
  onShutdown(): void {
    this.last = true;
    if (this.rest.length == 0) this.end();
  }

  private answer(request: Request): void {
    const headOnly = request.method == 'HEAD';
    if (!request.keepAlive || request.hasBody) this.last = true;
    if (request.refusal != 0) this.refuse(request.refusal, headOnly);
    else if (request.method != 'GET' && !headOnly) this.respond(405, 'GET and HEAD, please\n');
    else if (request.hasBody) this.refuse(413, headOnly);
    else if (request.path != '/') this.respond(404, 'nothing is here\n', headOnly);
    else this.respond(200, 'hello, world\n', headOnly);
  }

  /** Where the next request begins is not known now. */
  private refuse(status: i32, headOnly: bool = false): void {
    this.last = true;
    this.respond(status, `${reason(status)}\n`, headOnly);
  }

  private respond(status: i32, body: string, headOnly: bool = false): void {
    const head =
      `HTTP/1.1 ${status} ${reason(status)}\r\nDate: ${date()}\r\n` +
      `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${String.UTF8.byteLength(body)}\r\n` +
      (status == 405 ? 'Allow: GET, HEAD\r\n' : '') +
      (this.last ? 'Connection: close\r\n\r\n' : '\r\n');
    this.writeText(headOnly ? head : head + body);
    if (this.last) this.end();
  }
}

/** The head of a request, in lines. */
function parse(lines: string[]): Request {
  const request = new Request();
  const words = lines[0].split(' ');
  if (words.length != 3 || words[0] == '' || !words[2].startsWith('HTTP/'))
    return refused(request, 400);
  request.method = words[0];
  request.path = pathOf(words[1]);
  const version = words[2];
  if (version != 'HTTP/1.1' && version != 'HTTP/1.0') return refused(request, 505);
  request.keepAlive = version == 'HTTP/1.1';

  let hosts = 0;
  for (let i = 1; i < lines.length; i++) {
    const colon = lines[i].indexOf(':');
    const name = lines[i].substring(0, colon).toLowerCase();
    const value = lines[i]
      .substring(colon + 1)
      .trim()
      .toLowerCase();
    // A line that goes on the one before, and a blank before the colon, are ways to smuggle a header in.
    if (colon < 1 || !isToken(name) || !isText(value)) return refused(request, 400);
    if (name == 'host') hosts++;
    if (name == 'transfer-encoding') request.hasBody = true;
    if (name == 'content-length' && value != '0') request.hasBody = true;
    if (name == 'connection' && hasWord(value, 'close')) request.keepAlive = false;
  }
  const wanted = version == 'HTTP/1.1' ? 1 : hosts;
  return hosts == wanted ? request : refused(request, 400);
}

function refused(request: Request, status: i32): Request {
  request.refusal = status;
  return request;
}

/** The path of `/path?query` or `http://host/path?query`. */
function pathOf(target: string): string {
  const path = target.split('?')[0];
  if (!path.startsWith('http://')) return path;
  const slash = path.indexOf('/', 7);
  return slash < 0 ? '/' : path.substring(slash);
}

/** Whether this may be the name of a header: no blanks, no control characters, ASCII. */
function isToken(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit <= 0x20 || unit >= 0x7f) return false;
  }
  return true;
}

/** Whether this may be the value of a header: no control characters but tabs. */
function isText(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if ((unit < 0x20 && unit != 0x09) || unit == 0x7f) return false;
  }
  return true;
}

/** Whether a list with commas has this word. */
function hasWord(list: string, word: string): bool {
  const words = list.split(',');
  for (let i = 0; i < words.length; i++) if (words[i].trim() == word) return true;
  return false;
}

/** Bytes as the characters of the same numbers, which no byte makes longer or shorter. */
function latin1(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) units[i] = bytes[i];
  return String.UTF16.decode(units.buffer);
}

let dateSecond: u64 = 0;
let dateText: string = '';

/** The time as HTTP writes it, made once a second. */
function date(): string {
  const second = wallClock() / 1_000_000_000;
  if (second != dateSecond) {
    dateSecond = second;
    dateText = new Date(<i64>second * 1000).toUTCString();
  }
  return dateText;
}

function reason(status: i32): string {
  if (status == 200) return 'OK';
  if (status == 400) return 'Bad Request';
  if (status == 404) return 'Not Found';
  if (status == 405) return 'Method Not Allowed';
  if (status == 413) return 'Content Too Large';
  if (status == 431) return 'Request Header Fields Too Large';
  return 'HTTP Version Not Supported';
}

const reactor = new Reactor();
reactor.listen('', () => new Http());
reactor.run();
