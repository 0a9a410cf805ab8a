//! How fast addresses are read, on those of the test set: `cargo bench -p juchu --bench addresses`.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use juchu::domain::address::{PostalCode, read};

fn main() {
    divan::main();
}

fn addresses() -> Vec<&'static str> {
    let csv = include_str!("../src/domain/address/tests/geolonia.csv");
    csv.lines().skip(1).filter_map(|row| row.split(',').next()).collect()
}

/// All 3,539 addresses of the test set.
#[divan::bench]
fn read_addresses(bencher: Bencher) {
    let addresses = addresses();
    bencher.counter(ItemsCount::new(addresses.len())).bench_local(|| {
        for address in &addresses {
            black_box(read(black_box(address), None));
        }
    });
}

/// Where each of their postal codes leads.
#[divan::bench]
fn look_postal_codes_up(bencher: Bencher) {
    let of = |address: &&str| read(address, None).postal_codes;
    let codes: Vec<PostalCode> = addresses().iter().flat_map(of).collect();
    bencher.counter(ItemsCount::new(codes.len())).bench_local(|| {
        for code in &codes {
            black_box(black_box(*code).destinations());
        }
    });
}
