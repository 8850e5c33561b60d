// SPDX-License-Identifier: MIT
//! An echo server on tokio, as its tutorial has it: a task for each connection. tokio registers every
//! socket for both directions once and for all and counts on edge-triggered readiness: run it with
//! `pollux run --trigger edge`, or it will never sleep. With a file name as its argument it greets
//! each client with that file's bytes.

use std::io;
use std::os::fd::FromRawFd;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn echo(mut client: TcpStream, greeting: Rc<Vec<u8>>) -> io::Result<()> {
    client.write_all(&greeting).await?;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match client.read(&mut buffer).await? {
            0 => return Ok(()),
            n => client.write_all(&buffer[..n]).await?,
        }
    }
}

async fn serve(listener: TcpListener, greeting: Rc<Vec<u8>>) {
    loop {
        match listener.accept().await {
            // A client that resets costs itself alone.
            Ok((client, _)) => drop(tokio::task::spawn_local(echo(client, greeting.clone()))),
            // No descriptor is free, or the client has left: others will come.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(&runtime, async {
        serve(TcpListener::from_std(listener)?, Rc::new(greeting)).await;
        Ok(())
    })
}
