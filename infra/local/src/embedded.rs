//! The whole system in one process: the database, the queues, the stream, the timers, the API and
//! the developer's pages, all in one data folder.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use dynoxide::Database;
use juchu::adapters::clock::SystemClock;
use juchu::adapters::dynamo::DynamoStore;
use juchu::adapters::dynamo::table::create_table;
use juchu::adapters::sandbox::Sandbox;
use juchu::app::message::Stage;
use juchu::lambda::aws::Aws;
use juchu::lambda::settings::AwsSettings;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::credentials::Credentials;
use crate::data_dir::DataDir;
use crate::dev_pages::DevPages;
use crate::folders::{Folder, ReportsFolder, WarehouseFolder};
use crate::functions::{Functions, Ports};
use crate::gateway::{Gateway, router};
use crate::mailbox::Mailbox;
use crate::queues::Queues;
use crate::stream::{Doorbell, Stream, pump};
use crate::{seed, stages};

/// The table's name.
const TABLE: &str = "juchu";
/// How often the timers run. On AWS every minute.
const TIMER_INTERVAL: Duration = Duration::from_secs(5);
/// How long the work that was begun may take after a stop.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How to run the system.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder.
    pub data: PathBuf,
    /// Whether to empty it first.
    pub fresh: bool,
    /// The port of the API; 0 takes any that is free.
    pub port: u16,
}

/// The running system. Dropping it ends it as abruptly as `kill -9` would.
pub struct Embedded {
    address: SocketAddr,
    data: DataDir,
    credentials: Credentials,
    ports: Ports,
    /// Everything that works on orders.
    work: Running,
    /// What it works on; needed until the last of it has ended.
    database: Running,
}

/// Tasks that end together.
struct Running {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Running {
    fn new() -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        (Self { stop, tasks: JoinSet::new() }, stopped)
    }

    /// Lets every task finish what it has begun. Says whether all did in time.
    async fn end(mut self) -> bool {
        let _ = self.stop.send(true);
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        tokio::time::timeout(STOP_PATIENCE, ended).await.is_ok()
    }
}

impl Embedded {
    /// Starts the system, and returns when the API answers.
    ///
    /// # Errors
    /// If the data folder or the port is in use, or the data cannot be read.
    pub async fn start(options: &Options) -> anyhow::Result<Self> {
        let listener = listen(options.port).await?;
        let data = DataDir::open(&options.data, options.fresh)?;
        let credentials = Credentials::load(&data)?;
        let (mut work, stopped) = Running::new();

        let database = open_database(&data)?;
        let (serving, client) = serve_database(database.clone()).await?;
        create_table(&client, TABLE).await?;
        let warehouse = Folder::new(data.folder("warehouse")?);
        let reports = Folder::new(data.folder("channel-reports")?);
        let ports = Ports {
            store: DynamoStore::new(client.clone(), TABLE),
            provider: Sandbox::new(client, TABLE.to_owned(), SystemClock),
            queues: Queues::open(&data.join("queues.sqlite"))?,
            mailbox: Mailbox::new(data.folder("mails")?),
            archive: Folder::new(data.folder("archive")?),
            warehouse: WarehouseFolder(warehouse.clone()),
            reports: ReportsFolder(reports.clone()),
        };
        seed::seed(&ports.store, &credentials).await?;

        let functions = Arc::new(Functions::new(ports.clone()));
        let doorbell = Doorbell::default();
        let stream = Stream::of(database, TABLE)?;
        let (queues, bell) = (ports.queues.clone(), doorbell.clone());
        work.tasks.spawn(pump(stream, queues, Arc::clone(&functions), bell, stopped.clone()));
        work.tasks.spawn(run_timers(Arc::clone(&functions), doorbell.clone(), stopped.clone()));
        let turns = Arc::new(stages::Turns::default());
        for stage in Stage::ALL {
            for _ in 0..stages::CONCURRENCY {
                let (functions, doorbell) = (Arc::clone(&functions), doorbell.clone());
                let handle = move |event| {
                    let (functions, ring) = (Arc::clone(&functions), doorbell.ring_when_done());
                    async move {
                        let _ring = ring;
                        functions.handle(stage, event).await
                    }
                };
                let (queues, turns) = (ports.queues.clone(), Arc::clone(&turns));
                work.tasks.spawn(stages::drive(stage, queues, turns, stopped.clone(), handle));
            }
        }

        let address = listener.local_addr()?;
        let folder = std::path::absolute(data.path())?.display().to_string();
        let pages = DevPages::new(ports.mailbox.clone(), (warehouse, reports), ports.queues.clone(), folder)?;
        let gateway = Gateway { functions, credentials: credentials.clone(), pages, doorbell };
        work.tasks.spawn(serve_api(listener, gateway, stopped));
        Ok(Self { address, data, credentials, ports, work, database: serving })
    }

    /// Where the API is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The development credentials.
    #[must_use]
    pub const fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The data folder.
    #[must_use]
    pub const fn data(&self) -> &DataDir {
        &self.data
    }

    /// What the functions work with, for tests that look behind the API.
    #[must_use]
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Ends the system; what is being worked on is finished first.
    pub async fn stop(self) {
        if !self.work.end().await {
            tracing::warn!("some work was cut off; it is done again at the next start");
        }
        self.database.end().await;
    }
}

/// What a system that does not run has stored. While this is open, none can run.
pub struct OpenStore {
    store: DynamoStore,
    database: Running,
    _data: DataDir,
}

impl OpenStore {
    /// Opens the data folder `data`.
    ///
    /// # Errors
    /// If it is in use, or cannot be read.
    pub async fn open(data: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(
            data.is_dir(),
            "there is no folder {}; choose another one with --data",
            data.display()
        );
        let data = DataDir::open(data, false)?;
        let (database, client) = serve_database(open_database(&data)?).await?;
        create_table(&client, TABLE).await?;
        Ok(Self { store: DynamoStore::new(client, TABLE), database, _data: data })
    }

    /// The table.
    #[must_use]
    pub const fn store(&self) -> &DynamoStore {
        &self.store
    }

    /// Ends it.
    pub async fn close(self) {
        self.database.end().await;
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            anyhow!("port {port} is in use; choose another one with --port")
        } else {
            anyhow!(error).context(format!("cannot listen on port {port}"))
        }
    })
}

fn open_database(data: &DataDir) -> anyhow::Result<Database> {
    let path = data.join("table.sqlite");
    let path = path.to_str().context("the data folder's path must be Unicode")?;
    let database = Database::new(path).with_context(|| format!("cannot open {path}"))?;
    // This call sets `synchronous = NORMAL`, the usual companion of the write-ahead log: a crash of
    // the process loses nothing, and a commit does not wait for the disk.
    database.disable_bulk_loading()?;
    index_stream(path).with_context(|| format!("cannot index {path}"))?;
    Ok(database)
}

/// Without an index the database reads its whole stream, of which it forgets nothing, to number each row
/// it writes and to hand out the next ones: every order would be slower than the one before it.
fn index_stream(path: &str) -> rusqlite::Result<()> {
    Connection::open(path)?.execute_batch(
        "CREATE INDEX IF NOT EXISTS stream_order
         ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
    )
}

/// Serves the database to the AWS SDK: the functions use it as they use the real one.
async fn serve_database(database: Database) -> anyhow::Result<(Running, aws_sdk_dynamodb::Client)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let (mut serving, stopped) = Running::new();
    serving.tasks.spawn(async move {
        if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, until(stopped)).await {
            tracing::error!(error, "the database's server failed");
        }
    });
    let settings = AwsSettings {
        region: "local".to_owned(),
        access_key_id: "local".to_owned(),
        secret_access_key: "local".to_owned(),
        session_token: None,
        endpoint: Some(endpoint),
    };
    Ok((serving, Aws::new(&settings)?.dynamodb()))
}

async fn serve_api(listener: TcpListener, gateway: Gateway, stopped: watch::Receiver<bool>) {
    let service = router(gateway).into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(until(stopped)).await {
        tracing::error!(error = error.to_string(), "the API's server failed");
    }
}

async fn run_timers(functions: Arc<Functions>, doorbell: Doorbell, mut stopped: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(TIMER_INTERVAL);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for run in 1_u64.. {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stopped.changed() => return,
        }
        let _ring = doorbell.ring_when_done();
        if let Err(error) = functions.wake(&format!("timer-{run}")).await {
            tracing::error!(error = error.to_string(), "the timers failed");
        }
    }
}

async fn until(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it the system.
    let _ = stopped.wait_for(|stop| *stop).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_never_read_from_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("data"), false).unwrap();
        let _database = open_database(&data).unwrap();
        let connection = Connection::open(data.join("table.sqlite")).unwrap();
        let plan = |query: &str| -> String {
            let query = format!("EXPLAIN QUERY PLAN SELECT {query}");
            connection.query_row(&query, [], |row| row.get("detail")).unwrap()
        };
        // What the database asks of it for each row, and for each batch.
        let of_table = "FROM _stream_records WHERE table_name = 't'";
        let number = "CAST(sequence_number AS INTEGER)";
        let next = plan(&format!("COALESCE(MAX({number}), 0) + 1 {of_table}"));
        let batch = plan(&format!(
            "new_image {of_table} AND shard_id = 's' AND {number} > 7 ORDER BY {number} LIMIT 9"
        ));
        for plan in [next, batch] {
            assert!(plan.contains("INDEX stream_order"), "{plan}");
        }
    }
}
