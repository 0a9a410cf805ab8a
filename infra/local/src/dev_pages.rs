//! The developer's pages: mails, messages to the warehouse and to channels, and dead letters, to be read in a browser.

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Response, StatusCode};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::folders::Folder;
use crate::mailbox::Mailbox;
use crate::queues::Queues;

/// The most entries a page lists.
const LIMIT: usize = 200;

/// What a page may do: show itself and the mail in its frame. No script, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";

/// The developer's pages.
pub struct DevPages {
    templates: Environment<'static>,
    mailbox: Mailbox,
    warehouse: Folder,
    reports: Folder,
    queues: Queues,
    folder: String,
}

impl DevPages {
    /// The pages about what is in the data folder called `folder`.
    ///
    /// # Errors
    /// If a template is wrong.
    pub fn new(
        mailbox: Mailbox,
        (warehouse, reports): (Folder, Folder),
        queues: Queues,
        folder: String,
    ) -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        for (name, source) in [
            ("layout.html", include_str!("pages/layout.html")),
            ("index.html", include_str!("pages/index.html")),
            ("mails.html", include_str!("pages/mails.html")),
            ("mail.html", include_str!("pages/mail.html")),
            ("documents.html", include_str!("pages/documents.html")),
        ] {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates, mailbox, warehouse, reports, queues, folder })
    }

    /// The page at `path`, which begins with `/dev`. Only for browsers that address this machine by
    /// a name of its own: a foreign page that points its name here must not read the mails.
    #[must_use]
    pub fn get(&self, path: &str, headers: &HeaderMap) -> Response<Body> {
        if !is_addressed_locally(headers) {
            return text(StatusCode::FORBIDDEN, "Open this page as http://localhost or http://127.0.0.1.");
        }
        match self.page(path.trim_end_matches('/')) {
            Ok(Some(page)) => page,
            Ok(None) => text(StatusCode::NOT_FOUND, "There is no such page."),
            Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}")),
        }
    }

    fn page(&self, path: &str) -> anyhow::Result<Option<Response<Body>>> {
        let page = match path {
            "/dev" => self.index()?,
            "/dev/mails" => {
                let mails = self.mailbox.newest(LIMIT)?;
                self.render("mails.html", "Mails", context! { mails => Serde(mails) })?
            }
            "/dev/warehouse" => self.documents("Warehouse", &self.warehouse)?,
            "/dev/channel-reports" => self.documents("Channels", &self.reports)?,
            "/dev/dead-letters" => {
                let letters = self.queues.dead_letters(LIMIT)?.into_iter();
                let letters = letters.map(|letter| {
                    let note = format!("{} · {}", letter.reason, letter.at);
                    context! { name => letter.queue, note, text => letter.body }
                });
                let documents: Vec<Value> = letters.collect();
                self.render("documents.html", "Dead letters", context! { documents })?
            }
            _ => return self.mail(path),
        };
        Ok(Some(page))
    }

    fn index(&self) -> anyhow::Result<Response<Body>> {
        let facts = context! {
            mails => self.mailbox.names(usize::MAX)?.len(),
            dead_letters => self.queues.dead_letters(LIMIT)?.len(),
            waiting => self.queues.waiting()?,
            folder => &self.folder,
        };
        self.render("index.html", "Development", facts)
    }

    /// What somebody outside was told, the newest first.
    fn documents(&self, title: &str, folder: &Folder) -> anyhow::Result<Response<Body>> {
        let messages = folder.newest(LIMIT)?.into_iter();
        let documents: Vec<Value> = messages.map(|(name, text)| context! { name, text }).collect();
        self.render("documents.html", title, context! { documents })
    }

    /// `/dev/mails/{name}` and `/dev/mails/{name}/raw`.
    fn mail(&self, path: &str) -> anyhow::Result<Option<Response<Body>>> {
        let Some(name) = path.strip_prefix("/dev/mails/") else { return Ok(None) };
        let (name, is_raw) = name.strip_suffix("/raw").map_or((name, false), |name| (name, true));
        let Some(mail) = self.mailbox.read(name)? else { return Ok(None) };
        let page = if is_raw {
            text(StatusCode::OK, &String::from_utf8_lossy(&mail.raw))
        } else {
            self.render("mail.html", &mail.subject, context! { mail => Serde(&mail) })?
        };
        Ok(Some(page))
    }

    /// The names end in `.html`, so everything put in is escaped.
    fn render(&self, template: &str, title: &str, facts: Value) -> anyhow::Result<Response<Body>> {
        let html = self.templates.get_template(template)?.render(context! { title, ..facts })?;
        Ok(response(StatusCode::OK, "text/html; charset=utf-8", html))
    }
}

fn is_addressed_locally(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    matches!(name.map_or(host, |(name, _)| name), "localhost" | "127.0.0.1" | "[::1]")
}

fn text(status: StatusCode, text: &str) -> Response<Body> {
    response(status, "text/plain; charset=utf-8", text.to_owned())
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, http::HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, http::HeaderValue::from_static("nosniff"));
    response
}
