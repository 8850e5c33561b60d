// SPDX-License-Identifier: MIT
// IO model: multiplexing, measured as libevent's bench does. N pairs of connections are watched, A of them get a byte. Each byte
// that arrives sends one into the next pair, until W have been sent so. Tells how long it took until all A + W had arrived.
// Run: npm run example -- bench-chain
// Listen: 127.0.0.1:6667,backlog=511
// Connect: next=127.0.0.1:6667
// Backend: auto

import {
  args,
  Connection,
  Errno,
  errnoName,
  log,
  logError,
  now,
  proc_exit,
  Reactor,
  Timer,
} from 'pollux/assembly';

const USAGE = 'usage: bench-chain [-n PAIRS] [-a ACTIVE] [-w WRITES] [-r RUNS]';
/** Pairs that are being made at a time: fewer than any backlog, so that nobody is turned away. */
const DIALS: i32 = 64;
const INDEX_BYTES: i32 = 4;
/** So long without another pair, and no more will come. */
const PATIENCE_NS: u64 = 3_000_000_000;

let pairs: i32 = 100;
let active: i32 = 1;
let writes: i32 = 100;
let runs: i32 = 25;

function refuse(message: string, status: u32): void {
  logError(`bench-chain: ${message}`);
  proc_exit(status);
}

/** A whole number of at least `least`; the guest ends where it is none. */
function numberOf(option: string, text: string, least: i32): i32 {
  const value = I32.parseInt(text);
  if (value < least || value.toString() != text) {
    refuse(`${option} needs a whole number of at least ${least}, not '${text}'\n${USAGE}`, 2);
  }
  return value;
}

function readArguments(): void {
  const words = args();
  for (let i = 1; i < words.length; i += 2) {
    const option = words[i];
    const value = i + 1 < words.length ? words[i + 1] : '';
    if (option == '-n') pairs = numberOf(option, value, 1);
    else if (option == '-a') active = numberOf(option, value, 1);
    else if (option == '-w') writes = numberOf(option, value, 0);
    else if (option == '-r') runs = numberOf(option, value, 1);
    else refuse(`unknown option '${option}'\n${USAGE}`, 2);
  }
  if (active > pairs) refuse(`-a ${active} is more than there are pairs, -n ${pairs}`, 2);
}

/** The end of a pair that is written to. */
class Output extends Connection {
  constructor(private readonly index: i32) {
    super();
  }

  /** Connections are not accepted in the order in which they were made: the other end learns here whose it is. */
  onOpen(): void {
    const number = new Uint8Array(INDEX_BYTES);
    store<i32>(number.dataStart, this.index);
    this.write(number);
  }

  onEnd(): void {
    this.destroy(Errno.MFILE); // nobody else closes: the host had no descriptor for the accepted end
  }

  onClose(errno: i32): void {
    chain.broke(this.index, errno);
  }
}

/** The end of a pair that is watched. */
class Input extends Connection {
  private index: i32 = 0;
  private known: i32 = 0;

  onData(data: Uint8Array): void {
    let at = 0;
    for (; this.known < INDEX_BYTES && at < data.length; this.known++, at++) {
      this.index |= (<i32>data[at]) << (8 * this.known);
      if (this.known == INDEX_BYTES - 1) chain.paired(this.index);
    }
    if (at < data.length) chain.arrived(this.index, data.length - at);
  }

  onClose(errno: i32): void {
    chain.broke(this.index, errno);
  }
}

/** A listener without a descriptor for the next connection tries again for ever: that ends here. */
class Patience extends Timer {
  private before: i32 = 0;

  onTimer(): void {
    if (chain.ready == this.before) chain.broke(chain.ready, Errno.MFILE);
    this.before = chain.ready;
    reactor.setTimer(this, PATIENCE_NS);
  }
}

class Chain {
  private readonly outputs: Output[] = [];
  private readonly byte: Uint8Array = new Uint8Array(1);
  private dialled: i32 = 0;
  /** Pairs whose both ends know each other. */
  ready: i32 = 0;
  private run: i32 = 0;
  private startNs: u64 = 0;
  private bytes: i32 = 0;
  private reads: i32 = 0;
  private written: i32 = 0;

  dial(): void {
    const index = this.dialled++;
    const output = new Output(index);
    this.outputs.push(output);
    reactor.connect('next', output);
  }

  /** From here on only the other end is watched, so that N pairs are N descriptors to wait for. */
  paired(index: i32): void {
    this.outputs[index].pause();
    this.ready++;
    if (this.dialled < pairs) this.dial();
    if (this.ready < pairs) return;
    reactor.clearTimer(patience); // an armed one costs a look at the clock in each turn
    this.start();
  }

  private start(): void {
    this.bytes = 0;
    this.reads = 0;
    this.written = 0;
    this.startNs = now();
    for (let i = 0; i < active; i++) this.send(<i32>((<i64>i * pairs) / active));
  }

  private send(index: i32): void {
    this.outputs[index].write(this.byte);
  }

  /** Bytes that came while others were dealt with are read together; each is answered for itself. */
  arrived(index: i32, count: i32): void {
    this.reads++;
    this.bytes += count;
    const next = index + 1 == pairs ? 0 : index + 1;
    for (let i = 0; i < count && this.written < writes; i++) {
      this.written++;
      this.send(next);
    }
    if (this.bytes == active + writes) this.finish();
  }

  private finish(): void {
    const ns = now() - this.startNs;
    this.run++;
    log(
      `{"run":${this.run},"runs":${runs},"pairs":${pairs},"active":${active},"writes":${writes},` +
        `"bytes":${this.bytes},"reads":${this.reads},"written":${this.written},` +
        `"ns":${ns},"nsPerEvent":${<f64>ns / <f64>this.bytes}}`,
    );
    if (this.run == runs) reactor.stop();
    else this.start();
  }

  /** A pair that is lost would have the others wait for ever. What is closed before it was accepted found no room. */
  broke(index: i32, errno: i32): void {
    const unmade = this.ready < pairs && (errno == Errno.PIPE || errno == Errno.CONNRESET);
    const full = unmade || errno == Errno.MFILE || errno == Errno.NFILE;
    const remedy = full
      ? '; no descriptor is left: ask for fewer pairs (-n), or raise the limit (ulimit -n), which does not help select, as that ends at descriptor 1,023'
      : errno == Errno.NOENT
        ? '; the host must allow the way back to its listener: --listen unix:@chain --connect next=unix:@chain'
        : '';
    refuse(`pair ${index} of ${pairs}: ${errno == 0 ? 'closed' : errnoName(errno)}${remedy}`, 1);
  }
}

readArguments();
const reactor = new Reactor();
const patience = new Patience();
const chain = new Chain();
reactor.listen('', () => new Input());
for (let i = 0; i < min(pairs, DIALS); i++) chain.dial();
reactor.setTimer(patience, PATIENCE_NS);
reactor.run();
