//! A service of AWS for the tests of its adapter: answers each request with the next canned answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::lambda::aws::Aws;
use crate::lambda::settings::AwsSettings;

/// A canned answer: the status and the body. `None` closes the connection without one.
type Answer = Option<(u16, &'static str)>;

/// What a service was asked.
#[derive(Debug)]
pub(super) struct Asked {
    /// Method and path.
    pub(super) line: String,
    pub(super) headers: String,
    pub(super) body: String,
}

/// The clients of a service that gives these answers, and what it was asked once they are given.
pub(super) fn service(answers: Vec<Answer>) -> (Aws, JoinHandle<Vec<Asked>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        answers.into_iter().map(|answer| serve(&listener.accept().unwrap().0, answer)).collect()
    });
    (aws(&endpoint), thread)
}

/// The clients of a service that cannot be reached.
pub(super) fn nobody() -> Aws {
    // Bound and dropped: a port where surely nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    aws(&format!("http://127.0.0.1:{port}"))
}

fn aws(endpoint: &str) -> Aws {
    Aws::new(&AwsSettings {
        region: "ap-northeast-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
        session_token: None,
        endpoint: Some(endpoint.to_owned()),
    })
    .unwrap()
}

fn serve(connection: &TcpStream, answer: Answer) -> Asked {
    let mut reader = BufReader::new(connection);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_ascii_lowercase());
    }
    let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    if let Some((status, body)) = answer {
        // One request per connection keeps the answers in step with the requests.
        let head =
            format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        let mut connection = connection;
        connection.write_all(format!("{head}{body}").as_bytes()).unwrap();
    }
    Asked { line: lines.remove(0), headers: lines.join("\n"), body: String::from_utf8(body).unwrap() }
}
