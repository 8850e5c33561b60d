// SPDX-License-Identifier: MIT
//! An echo server on Rust's std alone. wasip1 has no threads, so it serves one client after the other,
//! in true blocking calls. With a file name as its argument it greets each client with that file's
//! bytes: a listener and a directory in one guest.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::FromRawFd;

fn serve(mut client: TcpStream, greeting: Option<&str>) -> io::Result<()> {
    if let Some(path) = greeting {
        io::copy(&mut File::open(path)?, &mut client)?;
    }
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            n => client.write_all(&buffer[..n])?,
        }
    }
}

fn main() -> io::Result<()> {
    let greeting = std::env::args().nth(1);
    // SAFETY: the host opened fd 3 for us, and nobody else here owns it.
    let listener = unsafe { TcpListener::from_raw_fd(3) };
    // Listeners start non-blocking; this program has nothing else to do than to wait.
    listener.set_nonblocking(false)?;
    loop {
        let (client, _) = listener.accept()?;
        // A client that resets costs itself alone.
        if let Err(error) = serve(client, greeting.as_deref()) {
            eprintln!("client: {error}");
        }
    }
}
