// SPDX-License-Identifier: MIT
//! An echo server on mio, written as mio asks for: after an event go on until WouldBlock, and treat
//! every event as a hint. With a file name as its argument it greets each client with that file's
//! bytes.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::FromRawFd;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

const LISTENER: Token = Token(0);
/// What may wait for a slow client before we stop to read from it.
const PENDING_MAX: usize = 256 * 1024;

struct Connection {
    stream: TcpStream,
    pending: Vec<u8>,
    sent: usize,
    ended: bool,
}

impl Connection {
    /// Moves bytes until neither side gives more. True: the connection is over.
    fn turn(&mut self, buffer: &mut [u8]) -> io::Result<bool> {
        loop {
            let mut moved = false;
            while self.sent < self.pending.len() {
                match self.stream.write(&self.pending[self.sent..]) {
                    Ok(n) => {
                        self.sent += n;
                        moved = true;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
            if self.sent == self.pending.len() {
                self.pending.clear();
                self.sent = 0;
                if self.ended {
                    return Ok(true);
                }
            }
            while !self.ended && self.pending.len() - self.sent < PENDING_MAX {
                match self.stream.read(buffer) {
                    Ok(0) => {
                        self.ended = true;
                        moved = true;
                    }
                    Ok(n) => {
                        self.pending.extend_from_slice(&buffer[..n]);
                        moved = true;
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
            if !moved {
                return Ok(false);
            }
        }
    }

    /// Writable only while something is pending, else a level-triggered host would never sleep; not
    /// readable while too much is, nor after the end.
    fn interest(&self) -> Interest {
        let pending = self.pending.len() - self.sent;
        match (pending > 0, !self.ended && pending < PENDING_MAX) {
            (true, true) => Interest::READABLE | Interest::WRITABLE,
            (true, false) => Interest::WRITABLE,
            (false, _) => Interest::READABLE,
        }
    }
}

fn main() -> io::Result<()> {
    let greeting = match std::env::args().nth(1) {
        Some(path) => std::fs::read(path)?,
        None => Vec::new(),
    };
    // SAFETY: the host opened fd 3 for us, and nobody else here owns it.
    let listener = unsafe { std::net::TcpListener::from_raw_fd(3) };
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    let mut poll = Poll::new()?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;

    let mut events = Events::with_capacity(256);
    let mut connections: HashMap<Token, (Connection, Interest)> = HashMap::new();
    let mut last = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                loop {
                    let mut stream = match listener.accept() {
                        Ok((stream, _)) => stream,
                        // WouldBlock: nobody waits any more. Others (EMFILE): the next event tells again.
                        Err(_) => break,
                    };
                    last += 1;
                    let pending = greeting.clone();
                    let interest = Interest::READABLE | Interest::WRITABLE;
                    poll.registry().register(&mut stream, Token(last), interest)?;
                    let connection = Connection { stream, pending, sent: 0, ended: false };
                    connections.insert(Token(last), (connection, interest));
                }
                continue;
            }
            let Some((connection, interest)) = connections.get_mut(&event.token()) else {
                continue; // closed by an earlier event of this same turn
            };
            if let Ok(false) = connection.turn(&mut buffer) {
                let wanted = connection.interest();
                if wanted != *interest {
                    poll.registry().reregister(&mut connection.stream, event.token(), wanted)?;
                    *interest = wanted;
                }
            } else if let Some((mut gone, _)) = connections.remove(&event.token()) {
                poll.registry().deregister(&mut gone.stream)?;
            }
        }
    }
}
