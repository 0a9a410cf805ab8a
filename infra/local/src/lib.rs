//! juchu in one process: the same functions over a database, queues, a mail folder and an API
//! gateway of their own, for newcomers, demonstrations and tests.

pub mod addresses;
pub mod bulk;
pub mod channel;
pub mod chaos;
pub mod credentials;
pub mod data_dir;
pub mod demo;
pub mod dev_pages;
pub mod embedded;
pub mod folders;
pub mod functions;
pub mod gateway;
pub mod load;
pub mod mailbox;
pub mod moving;
pub mod queues;
pub mod replay;
pub mod seed;
pub mod stages;
pub mod stream;
pub mod verify;
pub mod welcome;
